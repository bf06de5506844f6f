// An error as the app reported it: name, message, stack and cause, all of them text.
import type { UserErrorView } from "@everstep/api";
import type { ReactElement } from "react";
import { JsonView } from "../../../components/json-view.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { LongText } from "../../../components/long-text.tsx";

/** A longer message is shown as a text that scrolls. */
const MESSAGE_MAX = 600;

export function RunError({ error }: { error: UserErrorView }): ReactElement {
  const { name, message, stack, cause } = error;
  return (
    <div className="run-error">
      <h2 className="bad">{visibleText(name)}</h2>
      {message.length <= MESSAGE_MAX ? (
        <p className="run-error__message">{visibleText(message)}</p>
      ) : (
        <LongText text={message} label="Message" maxHeight={160} />
      )}
      {stack !== undefined && <LongText text={stack} label="Stack" maxHeight={240} />}
      {cause != null && (
        <>
          <h2>Cause</h2>
          <JsonView value={cause} label="Cause" maxHeight={240} />
        </>
      )}
    </div>
  );
}
