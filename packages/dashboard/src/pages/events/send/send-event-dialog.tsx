// Writing and sending an event: the name with what is known of it, the payload with hints from earlier ones, and what came of
// it. It stays open after sending, because people send, look, change a field and send again.
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useShortcuts } from "../../../app/shortcuts.ts";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { ErrorNotice } from "../../../components/error-notice.tsx";
import { post } from "../../../data/api-client.ts";
import { checkDraft, type Draft } from "./draft.ts";
import { DraftForm } from "./draft-form.tsx";
import { DraftSidebar } from "./draft-sidebar.tsx";
import { addSent } from "./sent-events.ts";
import { curlOf } from "./curl-of.ts";
import { SentResult } from "./sent-result.tsx";
import { useStartingDraft } from "./use-starting-draft.ts";
import "./send-event.css";

/** `from`: id of an event to send again, or the name of one; anything else starts with what was sent last. */
export function SendEventDialog(props: { from: string; onClose: () => void }): ReactElement {
  const starting = useStartingDraft(props.from);
  const [edited, setEdited] = useState<Draft>();
  const [showsProblems, setShowsProblems] = useState(false);
  const draft = edited ?? starting;
  const checked = checkDraft(draft);
  const sending = useMutation({
    mutationFn: () => {
      if (checked.body === undefined) throw new Error("The event is not complete.");
      return post("/events", { body: checked.body });
    },
    onSuccess: () => addSent({ draft, atMs: Date.now() }),
  });
  const send = (): void => {
    setShowsProblems(true);
    if (checked.body !== undefined && !sending.isPending) sending.mutate();
  };
  useShortcuts({ "mod+enter": { does: "Send the event", run: send, whileTyping: true } });
  return (
    <Dialog
      title="Send an event"
      size="wide"
      open
      onClose={props.onClose}
      actions={
        <>
          <CopyButton
            text={() => (checked.body === undefined ? "" : curlOf(checked.body, location.origin))}
            label="Copy as curl"
            kind="plain"
            iconOnly={false}
          />
          <Button kind="primary" icon="send" shortcut="⌘↵" onClick={send}>
            Send event
          </Button>
        </>
      }
    >
      <div className="send">
        <div className="stack">
          {sending.isError && <ErrorNotice title="The event was not sent" error={sending.error} />}
          {sending.data !== undefined && <SentResult eventId={sending.data.data.eventId} />}
          <DraftForm
            draft={draft}
            problems={showsProblems ? checked.problems : undefined}
            dataProblem={checked.problems?.data}
            onChange={(fields) => setEdited({ ...draft, ...fields })}
          />
        </div>
        <DraftSidebar draft={draft} onTake={setEdited} />
      </div>
    </Dialog>
  );
}
