// An error as the app reported it: name, message, stack, and what caused it, down the chain; all of it text.
import type { UserErrorView } from "@everstep/api";
import type { ReactElement } from "react";
import { JsonView } from "../../../components/json-view.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { LongText } from "../../../components/long-text.tsx";
import { Stack } from "../../../components/stack.tsx";
import { toErrorCause, type ErrorCause } from "./error-cause.ts";

/** A longer message is shown as a text that scrolls. */
const MESSAGE_MAX = 600;
/** A chain that is longer goes on as a value. */
const CAUSES_MAX = 8;

export function RunError({ error }: { error: UserErrorView }): ReactElement {
  return (
    <div className="run-error">
      <h2 className="bad">{visibleText(error.name)}</h2>
      <ErrorBody error={error} depth={0} />
    </div>
  );
}

function ErrorBody({ error, depth }: { error: ErrorCause; depth: number }): ReactElement {
  const { name, message, stack, cause } = error;
  return (
    <>
      {message.length <= MESSAGE_MAX ? (
        <p className="run-error__message">{visibleText(message)}</p>
      ) : (
        <LongText text={message} label="Message" maxHeight={160} />
      )}
      {stack !== undefined && (
        <Stack
          stack={stack}
          error={{ name, message }}
          label={depth === 0 ? "Stack" : `Stack of cause ${depth}`}
          maxHeight={depth === 0 ? 260 : 160}
        />
      )}
      {cause != null && <Cause cause={cause} depth={depth + 1} />}
    </>
  );
}

function Cause({ cause, depth }: { cause: unknown; depth: number }): ReactElement {
  const error = depth > CAUSES_MAX ? undefined : toErrorCause(cause);
  return (
    <section className="run-error__cause" aria-label={`Cause ${depth}`}>
      <h3>
        Caused by {error !== undefined && <span className="bad">{visibleText(error.name)}</span>}
      </h3>
      {error === undefined ? (
        <JsonView value={cause} label="Cause" maxHeight={240} />
      ) : (
        <ErrorBody error={error} depth={depth} />
      )}
    </section>
  );
}
