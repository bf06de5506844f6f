// Says whether what is shown follows the server: live, or not at the moment.
import type { ReactElement } from "react";
import { useStreamState } from "../data/live-updates.ts";
import "./stream-mark.css";

const TEXTS = {
  connecting: { text: "Connecting", hint: "Connecting to the server" },
  live: { text: "Live", hint: "Changes are shown as they happen" },
  lost: { text: "Offline", hint: "The server does not answer; trying again" },
} as const;

export function StreamMark(): ReactElement {
  const state = useStreamState();
  const { text, hint } = TEXTS[state];
  return (
    <span className={`stream-mark stream-mark--${state}`} title={hint} role="status">
      {text}
    </span>
  );
}
