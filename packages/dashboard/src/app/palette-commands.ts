// What the command palette offers: places, things to do, functions, names of events to look at or to send, and whatever an id
// that was pasted may be of. Kept apart from how the palette looks and is used.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { AnswerOf, RouteAt } from "@everstep/api";
import type { IconName } from "../components/icon.tsx";
import { visibleText } from "../components/json-lines.ts";
import { read } from "../data/queries.ts";
import { GO_TO } from "./places.ts";
import { setTheme } from "./theme.ts";

export interface Command {
  readonly title: string;
  readonly hint: string;
  readonly icon: IconName;
  readonly run: () => void;
}

type Navigate = ReturnType<typeof useNavigate>;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

/** Those that match the text, the most general first. */
export function useCommands(text: string): readonly Command[] {
  const functions = useQuery(read("/functions", { query: { includeStats: false } }));
  const types = useQuery(read("/event-types", { query: {} }));
  const navigate = useNavigate();
  const all = useMemo(
    () => [
      ...placeCommands(navigate),
      ...viewCommands(navigate),
      ...(functions.data?.data ?? []).map((fn) => functionCommand(fn, navigate)),
      ...(types.data?.data ?? []).flatMap(({ name }) => eventCommands(name, navigate)),
      ...themeCommands(),
    ],
    [functions.data, types.data, navigate],
  );
  if (ULID.test(text)) return idCommands(text.toUpperCase(), navigate);
  const words = text.toLowerCase().split(/\s+/);
  return all.filter(({ title, hint }) => {
    const haystack = `${title} ${hint}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

function placeCommands(navigate: Navigate): Command[] {
  return GO_TO.map(({ to, title, icon, keys }) => ({
    title,
    hint: keys,
    icon,
    run: () => void navigate({ to }),
  }));
}

function viewCommands(navigate: Navigate): Command[] {
  const runs = (title: string, icon: IconName, status: string): Command => ({
    title,
    hint: "View",
    icon,
    run: () => void navigate({ to: "/runs", search: { status: [status] } }),
  });
  return [
    {
      title: "Send an event",
      hint: "Command",
      icon: "send",
      run: () => void navigate({ to: "/events", search: { send: "new" } }),
    },
    {
      title: "Add an app",
      hint: "Command",
      icon: "plus",
      run: () => void navigate({ to: "/apps", search: { add: "1" } }),
    },
    runs("Failed runs", "cross", "failed"),
    runs("Running runs", "arc", "running"),
    runs("Queued runs", "dashed", "queued"),
    {
      title: "API reference",
      hint: "REST v2",
      icon: "external",
      run: () => location.assign("/docs/api"),
    },
  ];
}

type FunctionView = AnswerOf<RouteAt<"GET", "/functions">>["data"][number];

function functionCommand({ slug, name, app }: FunctionView, navigate: Navigate): Command {
  return {
    title: visibleText(name),
    hint: `Function of ${visibleText(app.name)}`,
    icon: "functions",
    run: () => void navigate({ to: "/functions/$functionId", params: { functionId: slug } }),
  };
}

function eventCommands(name: string, navigate: Navigate): Command[] {
  return [
    {
      title: visibleText(name),
      hint: "Events of this name",
      icon: "events",
      run: () => void navigate({ to: "/events", search: { name: [name] } }),
    },
    {
      title: `Send ${visibleText(name)}`,
      hint: "Event",
      icon: "send",
      run: () => void navigate({ to: "/events", search: { send: name } }),
    },
  ];
}

function themeCommands(): Command[] {
  return (["system", "light", "dark"] as const).map((theme) => ({
    title: `Theme: ${theme}`,
    hint: "Command",
    icon: theme === "dark" ? "moon" : theme === "light" ? "sun" : "screen",
    run: () => setTheme(theme),
  }));
}

/** An id says not what it is of, so both are offered. */
function idCommands(id: string, navigate: Navigate): Command[] {
  return [
    {
      title: `Run ${id}`,
      hint: "Open",
      icon: "runs",
      run: () => void navigate({ to: "/runs/$runId", params: { runId: id } }),
    },
    {
      title: `Event ${id}`,
      hint: "Open",
      icon: "events",
      run: () => void navigate({ to: "/events/$eventId", params: { eventId: id } }),
    },
  ];
}
