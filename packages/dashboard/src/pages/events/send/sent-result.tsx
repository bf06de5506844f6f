// What came of an event that was just sent: the server's sentence, and the runs as they go on.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Icon } from "../../../components/icon.tsx";
import { EventRuns } from "../../event/event-runs.tsx";
import { useEventExplanation } from "../../event/use-event-explanation.ts";
import { read } from "../../../data/queries.ts";

export function SentResult({ eventId }: { eventId: string }): ReactElement {
  const explanation = useEventExplanation(eventId);
  const runs = useQuery(read("/events/{eventId}/runs", { params: { eventId }, query: {} }));
  return (
    <div className="sent" role="status">
      <p className="row">
        <Icon name="check" />
        <span>
          Sent as{" "}
          <Link to="/events/$eventId" params={{ eventId }} className="mono">
            {eventId}
          </Link>
          . {explanation.data?.data.sentence}
        </span>
      </p>
      <EventRuns runs={runs.data?.data ?? []} />
    </div>
  );
}
