// What the editor starts with: the event to be sent again, the last payload of a name, or what was sent last.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../../data/queries.ts";
import { draftOf, EMPTY_DRAFT, type Draft } from "./draft.ts";
import { listSent } from "./sent-events.ts";

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const NEW_EVENT = "new";

export function useStartingDraft(from: string): Draft {
  const [last] = useState(() => listSent()[0]?.draft ?? EMPTY_DRAFT);
  const isId = ULID.test(from);
  const isName = !isId && from !== NEW_EVENT;
  const event = useQuery({
    ...read("/events/{eventId}", { params: { eventId: from } }),
    enabled: isId,
    staleTime: Infinity,
  });
  const named = useQuery({
    ...read("/events", { query: { name: [from], limit: 1, includeInternal: true } }),
    enabled: isName,
  });
  if (isId) return event.data === undefined ? EMPTY_DRAFT : draftOf(event.data.data);
  if (!isName) return last;
  const [newest] = named.data?.data ?? [];
  return newest?.name === from ? draftOf(newest) : { ...EMPTY_DRAFT, name: from };
}
