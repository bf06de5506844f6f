// Starts the function once more with the event of this run, edited. Other functions that listen to the event are not started:
// sending an event to all is the events page.
import { useState, type ReactElement } from "react";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { JsonEditor, parseJsonObject } from "../../../components/json-editor.tsx";
import { visibleText } from "../../../components/json-lines.ts";

export interface InvokeAgainProps {
  functionName: string;
  data: unknown;
  onClose: () => void;
  onInvoke: (data: Record<string, unknown>) => void;
}

export function InvokeAgainDialog(props: InvokeAgainProps): ReactElement {
  const { functionName, data, onClose, onInvoke } = props;
  const [text, setText] = useState(() => JSON.stringify(data ?? {}, undefined, 2));
  const parsed = parseJsonObject(text);
  const invoke = (): void => {
    if ("value" in parsed) onInvoke(parsed.value);
  };
  return (
    <Dialog
      title={`Invoke ${visibleText(functionName)} again`}
      size="wide"
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" icon="play" disabled={"problem" in parsed} onClick={invoke}>
            Invoke
          </Button>
        </>
      }
    >
      <JsonEditor label="Data of the event" text={text} onChange={setText} onSubmit={invoke} />
    </Dialog>
  );
}
