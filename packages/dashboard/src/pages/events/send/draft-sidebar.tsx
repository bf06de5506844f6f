// Beside the editor: who listens to the name, the fields that earlier events had and how this one differs, and events to
// start from (sent here before, or come from elsewhere).
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactElement, type ReactNode } from "react";
import { Icon } from "../../../components/icon.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { Time } from "../../../components/time.tsx";
import { read } from "../../../data/queries.ts";
import { checkDraft, draftOf, type Draft } from "./draft.ts";
import { compareFields, inferFields, type FieldHint } from "./field-hints.ts";
import { listSent } from "./sent-events.ts";

const SAMPLES = 10;

export interface DraftSidebarProps {
  draft: Draft;
  onTake: (draft: Draft) => void;
}

export function DraftSidebar({ draft, onTake }: DraftSidebarProps): ReactElement {
  const name = draft.name.trim();
  const earlier = useQuery({
    ...read("/events", { query: { name: [name], limit: SAMPLES, includeInternal: true } }),
    enabled: name !== "",
    placeholderData: keepPreviousData,
  });
  const samples = useMemo(
    () => (earlier.data?.data ?? []).filter((event) => event.name === name),
    [earlier.data, name],
  );
  const hints = useMemo(() => inferFields(samples.map(({ data }) => data)), [samples]);
  const warnings = useMemo(() => {
    const { body } = checkDraft({ ...draft, name: "any", user: "", at: "" });
    return body === undefined ? [] : compareFields(body.data ?? {}, hints);
  }, [draft, hints]);
  const sent = listSent();
  return (
    <div className="send__side stack">
      {name !== "" && <Listeners name={name} />}
      <Fields hints={hints} warnings={warnings} count={samples.length} />
      {samples.length > 0 && (
        <Choices title="Earlier events of this name">
          {samples.slice(0, 5).map((event) => (
            <Choice
              key={event.internalId}
              at={event.receivedAt}
              onTake={() => onTake(draftOf(event))}
            >
              {JSON.stringify(event.data) ?? "{}"}
            </Choice>
          ))}
        </Choices>
      )}
      {sent.length > 0 && (
        <Choices title="Sent from here">
          {sent.slice(0, 8).map((each) => (
            <Choice
              key={`${each.atMs} ${each.draft.name}`}
              at={new Date(each.atMs).toISOString()}
              onTake={() => onTake({ ...each.draft, id: "" })}
            >
              {`${each.draft.name} ${each.draft.data.replaceAll(/\s+/g, " ")}`}
            </Choice>
          ))}
        </Choices>
      )}
    </div>
  );
}

function Listeners({ name }: { name: string }): ReactElement | undefined {
  const types = useQuery(read("/event-types", { query: { includeInternal: true } }));
  const functions = useQuery(read("/functions", { query: { includeStats: false } }));
  const type = types.data?.data.find((each) => each.name === name);
  const conditions = new Map(
    functions.data?.data.map(({ id, triggers }) => [
      id,
      triggers.flatMap((each) => (each.type === "EVENT" && each.if !== undefined ? [each.if] : [])),
    ]),
  );
  if (types.data === undefined) return undefined;
  const listeners = type?.functions ?? [];
  if (listeners.length === 0) {
    return (
      <p className="send__listeners">
        <Icon name="info" /> No function listens to this name.
      </p>
    );
  }
  return (
    <section aria-label="Functions that listen">
      <h3>Listens</h3>
      <ul className="plain-list">
        {listeners.map(({ id, slug, name: title }) => (
          <li key={id}>
            <Link to="/functions/$functionId" params={{ functionId: slug }}>
              {title}
            </Link>
            {conditions.get(id)?.map((condition) => (
              <code key={condition} className="send__condition">
                if {visibleText(condition)}
              </code>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fields(props: {
  hints: readonly FieldHint[];
  warnings: readonly string[];
  count: number;
}): ReactElement | undefined {
  const { hints, warnings, count } = props;
  if (hints.length === 0) return undefined;
  return (
    <section aria-label="Fields">
      <h3>{count === 1 ? "Fields of the last event" : `Fields of the last ${count} events`}</h3>
      {warnings.length > 0 && (
        <ul className="send__warnings" aria-label="Differences">
          {warnings.slice(0, 8).map((warning) => (
            <li key={warning}>{visibleText(warning)}</li>
          ))}
        </ul>
      )}
      <ul className="plain-list send__fields">
        {hints.map(({ path, types, isAlways, example }) => (
          <li key={path}>
            <code>
              {visibleText(path)}
              {!isAlways && "?"}
            </code>
            <span className="muted">{types.join(" or ")}</span>
            <span className="muted mono clip">{visibleText(example)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Choices({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="plain-list">{children}</ul>
    </section>
  );
}

function Choice(props: { at: string; onTake: () => void; children: string }): ReactElement {
  return (
    <li>
      <button type="button" className="send__choice" onClick={props.onTake}>
        <span className="mono clip">{visibleText(props.children.slice(0, 200))}</span>
        <Time at={props.at} />
      </button>
    </li>
  );
}
