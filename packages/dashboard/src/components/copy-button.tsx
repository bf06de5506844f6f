// Puts a text on the clipboard and says so for a moment, to the eye and to a screen reader.
import { useEffect, useState, type ReactElement } from "react";
import { Button, type ButtonProps } from "./button.tsx";

const SAID_MS = 1_500;

export interface CopyButtonProps {
  /** A function when the text is costly to make. */
  text: string | (() => string);
  label?: string;
  kind?: NonNullable<ButtonProps["kind"]>;
  iconOnly?: boolean;
}

export function CopyButton(props: CopyButtonProps): ReactElement {
  const { text, label = "Copy", kind = "quiet", iconOnly = true } = props;
  const [said, setSaid] = useState<"Copied" | "Not copied">();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(typeof text === "function" ? text() : text).then(
      () => setSaid("Copied"),
      () => setSaid("Not copied"),
    );
  };
  return (
    <>
      <Button
        kind={kind}
        icon={said === "Copied" ? "check" : "copy"}
        iconOnly={iconOnly}
        onClick={copy}
      >
        {said ?? label}
      </Button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
