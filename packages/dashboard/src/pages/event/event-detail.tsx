// All that is known of one event: who sent what when, what became of it at each function, and its payload. The same in the
// drawer beside the list and on its own page.
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { EventView } from "@everstep/api";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { Time } from "../../components/time.tsx";
import { read } from "../../data/queries.ts";
import { EventFates } from "./event-fates.tsx";
import { useEventExplanation } from "./use-event-explanation.ts";
import "./event.css";

export function EventDetail({ eventId }: { eventId: string }): ReactElement {
  const event = useQuery(read("/events/{eventId}", { params: { eventId } }));
  const explanation = useEventExplanation(eventId);
  // What is kept from the event that was open before belongs to another id.
  const shown = event.data?.data.internalId === eventId ? event.data.data : undefined;
  const why = explanation.data?.data.eventId === eventId ? explanation.data.data : undefined;
  if (event.isError) {
    return (
      <ErrorNotice
        title="The event could not be read"
        error={event.error}
        onRetry={() => void event.refetch()}
      />
    );
  }
  return (
    <div className="event-detail">
      <div className="event-detail__part">{shown !== undefined && <Facts event={shown} />}</div>
      <section className="event-detail__part" aria-label="What it did">
        <h2>What it did</h2>
        {explanation.isError && (
          <ErrorNotice title="Why it did what it did could not be read" error={explanation.error} />
        )}
        {why !== undefined && (
          <>
            <p>{visibleText(why.sentence)}</p>
            {why.didYouMean.length > 0 && (
              <p className="muted">Names that functions listen to: {why.didYouMean.join(", ")}</p>
            )}
            <EventFates fates={why.functions} />
          </>
        )}
      </section>
      <section className="event-detail__part" aria-label="Payload">
        <h2>Payload</h2>
        {shown !== undefined && <JsonView value={shown.data ?? {}} label="Event payload" />}
        {shown?.user !== undefined && (
          <>
            <h3>User</h3>
            <JsonView value={shown.user} label="Event user" />
          </>
        )}
      </section>
    </div>
  );
}

function Facts({ event }: { event: EventView }): ReactElement {
  const { name, id, internalId, receivedAt, ts, v } = event;
  return (
    <KeyValue
      items={[
        ["Name", <code key="name">{visibleText(name)}</code>],
        [
          "Id",
          <span key="id" className="row">
            <code>{visibleText(id)}</code>
            <CopyButton text={id} label="Copy id" />
          </span>,
        ],
        ["Internal id", id === internalId ? undefined : <code key="internal">{internalId}</code>],
        ["Received", <Time key="received" at={receivedAt} exact />],
        ["Time (ts)", ts === receivedAt ? undefined : <Time key="ts" at={ts} exact />],
        ["Version (v)", v === undefined ? undefined : visibleText(v)],
      ]}
    />
  );
}
