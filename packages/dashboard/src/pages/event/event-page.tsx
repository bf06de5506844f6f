// One event: its payload, the runs it started, and why it started no others.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Time } from "../../components/time.tsx";
import { read } from "../../data/queries.ts";
import { EventDetail } from "./event-detail.tsx";

export function EventPage(): ReactElement {
  const { eventId } = useParams({ from: "/events/$eventId" });
  const navigate = useNavigate();
  const event = useQuery(read("/events/{eventId}", { params: { eventId } }));
  const shown = event.data?.data.internalId === eventId ? event.data.data : undefined;
  const title = shown === undefined ? "Event" : visibleText(shown.name);
  return (
    <Page
      title={title}
      note={
        <span className="row">
          <Link to="/events">Events</Link>
          {shown !== undefined && (
            <span>
              received <Time at={shown.receivedAt} />
            </span>
          )}
        </span>
      }
      actions={
        <Button
          icon="send"
          onClick={() => void navigate({ to: "/events", search: { send: eventId } })}
        >
          Send again
        </Button>
      }
    >
      <EventDetail eventId={eventId} />
    </Page>
  );
}
