// The stream of events, and the names they come under. An event opens beside the list; the editor opens over it.
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useShortcuts } from "../../app/shortcuts.ts";
import { useSearchPatch } from "../../app/use-search.ts";
import { Button } from "../../components/button.tsx";
import { Drawer } from "../../components/dialog.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { EventDetail } from "../event/event-detail.tsx";
import { EventNames } from "./event-names.tsx";
import { EventStream } from "./event-stream.tsx";
import type { EventsSearch } from "./events-search.ts";
import { SendEventDialog } from "./send/send-event-dialog.tsx";
import { NEW_EVENT } from "./send/use-starting-draft.ts";
import "./events.css";

export function EventsPage(): ReactElement {
  const search = useSearch({ from: "/events" });
  const patch = useSearchPatch<EventsSearch>();
  const navigate = useNavigate();
  const { open, send } = search;
  const compose = (): void => patch({ send: NEW_EVENT });
  useShortcuts({ n: { does: "Send an event", run: compose } });
  return (
    <Page
      title="Events"
      fill
      actions={
        <Button kind="primary" icon="send" shortcut="n" onClick={compose}>
          Send event
        </Button>
      }
    >
      <div className="events">
        <Tabs
          label="Views of events"
          selected={search.tab ?? "stream"}
          onSelect={(tab) => patch({ tab: tab === "stream" ? undefined : tab })}
          tabs={[
            {
              id: "stream",
              title: "Stream",
              content: <EventStream search={search} onChange={patch} />,
            },
            { id: "names", title: "Names", content: <EventNames onChange={patch} /> },
          ]}
        />
      </div>
      <Drawer
        title="Event"
        open={open !== undefined}
        onClose={() => patch({ open: undefined })}
        actions={
          open !== undefined && (
            <>
              <Button
                icon="external"
                onClick={() => void navigate({ to: "/events/$eventId", params: { eventId: open } })}
              >
                Open as a page
              </Button>
              <Button icon="send" onClick={() => patch({ open: undefined, send: open })}>
                Send again
              </Button>
            </>
          )
        }
      >
        {open !== undefined && <EventDetail eventId={open} />}
      </Drawer>
      {send !== undefined && (
        <SendEventDialog key={send} from={send} onClose={() => patch({ send: undefined })} />
      )}
    </Page>
  );
}
