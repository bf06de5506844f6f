// The fields of an event. Problems stand below their field and are tied to it for screen readers; the payload's is told while
// it is typed, the others once sending was tried.
import { useId, type ReactElement, type ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../../../components/button.tsx";
import { read } from "../../../data/queries.ts";
import { formatJson, type Draft, type Problems } from "./draft.ts";

export interface DraftFormProps {
  draft: Draft;
  problems: Problems | undefined;
  dataProblem: string | undefined;
  onChange: (fields: Partial<Draft>) => void;
}

export function DraftForm({
  draft,
  problems,
  dataProblem,
  onChange,
}: DraftFormProps): ReactElement {
  const listId = useId();
  const types = useQuery(read("/event-types", { query: {} }));
  return (
    <>
      <Field label="Name" problem={problems?.name}>
        {(control) => (
          <>
            <input
              {...control}
              className="text-input mono"
              list={listId}
              placeholder="shop/order.placed"
              spellCheck={false}
              autoComplete="off"
              maxLength={512}
              value={draft.name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
            <datalist id={listId}>
              {(types.data?.data ?? []).map(({ name }) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field
        label="Payload (data)"
        problem={dataProblem}
        action={
          <Button kind="quiet" onClick={() => onChange({ data: formatJson(draft.data) })}>
            Format
          </Button>
        }
      >
        {(control) => (
          <textarea
            {...control}
            className="text-area mono"
            rows={12}
            spellCheck={false}
            value={draft.data}
            onChange={(event) => onChange({ data: event.target.value })}
          />
        )}
      </Field>
      <MoreFields draft={draft} problems={problems} onChange={onChange} />
    </>
  );
}

function MoreFields(props: Omit<DraftFormProps, "dataProblem">): ReactElement {
  const { draft, problems, onChange } = props;
  return (
    <details className="send__more">
      <summary>More: user, id, time</summary>
      <div className="stack">
        <Field label="User (user)" problem={problems?.user} note="JSON about who did it.">
          {(control) => (
            <textarea
              {...control}
              className="text-area mono"
              rows={3}
              spellCheck={false}
              value={draft.user}
              onChange={(event) => onChange({ user: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Id"
          problem={undefined}
          note="Sent again with the same id, it starts nothing."
        >
          {(control) => (
            <input
              {...control}
              className="text-input mono"
              spellCheck={false}
              autoComplete="off"
              value={draft.id}
              onChange={(event) => onChange({ id: event.target.value })}
            />
          )}
        </Field>
        <Field label="Time" problem={problems?.at} note="In the future: its runs start then.">
          {(control) => (
            <input
              {...control}
              type="datetime-local"
              className="text-input"
              value={draft.at}
              onChange={(event) => onChange({ at: event.target.value })}
            />
          )}
        </Field>
      </div>
    </details>
  );
}

interface Control {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

function Field(props: {
  label: string;
  problem: string | undefined;
  note?: string;
  action?: ReactNode;
  children: (control: Control) => ReactNode;
}): ReactElement {
  const { label, problem, note, action, children } = props;
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="field">
      <div className="field__head">
        <label htmlFor={id}>{label}</label>
        {action}
      </div>
      {children({ id, "aria-invalid": problem !== undefined, "aria-describedby": noteId })}
      <p id={noteId} className={problem === undefined ? "field__note" : "field__note bad"}>
        {problem ?? note}
      </p>
    </div>
  );
}
