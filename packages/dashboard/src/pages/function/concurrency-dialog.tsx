// The rules of a concurrency limit: how many of what, for whom, by which key; added, changed and removed as a function's code
// could write them.
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import {
  changedRule,
  concurrencyPatch,
  mayAddRule,
  newRule,
  ruleTextsOf,
  type RuleTexts,
} from "./concurrency-rules.ts";
import { LimitForm, type LimitDialogProps } from "./limit-form.tsx";

const COUNTS = { STEP: "steps", FN: "whole runs" } as const;
const SCOPES = {
  FN: "this function",
  ENV: "all functions of the environment",
  ACCOUNT: "all functions of the account",
} as const;

export function ConcurrencyDialog(props: LimitDialogProps): ReactElement {
  const { limits, onSave, ...frame } = props;
  const [rules, setRules] = useState(() => ruleTextsOf(limits));
  const change = (id: number, part: Partial<RuleTexts>): void =>
    setRules((known) => known.map((rule) => (rule.id === id ? changedRule(rule, part) : rule)));
  return (
    <LimitForm
      {...frame}
      limits={limits}
      onSave={onSave}
      onSubmit={() => onSave(concurrencyPatch(rules))}
    >
      {rules.map((rule, index) => (
        <RuleFields
          key={rule.id}
          title={`Rule ${index + 1}`}
          rule={rule}
          onChange={(part) => change(rule.id, part)}
          onRemove={() => setRules((known) => known.filter(({ id }) => id !== rule.id))}
        />
      ))}
      {rules.length === 0 && <p className="muted">No rule: as many calls as events ask for.</p>}
      {mayAddRule(rules) && (
        <div>
          <Button icon="plus" onClick={() => setRules((known) => [...known, newRule(known)])}>
            Add a rule
          </Button>
        </div>
      )}
      <p className="muted">
        A run goes on when every rule has a place for it. With a key, each of its values has places
        of its own; a limit that functions share needs one.
      </p>
    </LimitForm>
  );
}

function RuleFields(props: {
  title: string;
  rule: RuleTexts;
  onChange: (part: Partial<RuleTexts>) => void;
  onRemove: () => void;
}): ReactElement {
  const { title, rule, onChange, onRemove } = props;
  const isShared = rule.scope !== "FN";
  return (
    <fieldset className="limit-rule">
      <legend>{title}</legend>
      <Button kind="quiet" icon="trash" iconOnly className="limit-rule__remove" onClick={onRemove}>
        {`Remove ${title.toLowerCase()}`}
      </Button>
      <div className="limit-fields">
        <label>
          At most
          <input
            className="text-input mono"
            type="number"
            min={1}
            required
            value={rule.limit}
            onChange={(event) => onChange({ limit: event.target.value })}
          />
        </label>
        <Choice
          title="Of"
          choices={COUNTS}
          value={rule.level}
          onChange={(level) => onChange({ level })}
        />
        <Choice
          title="At a time, in"
          choices={SCOPES}
          value={rule.scope}
          disabled={rule.level === "FN"}
          onChange={(scope) => onChange({ scope })}
        />
        <label>
          {isShared ? "Key" : "Key (optional)"}
          <input
            className="text-input mono"
            type="text"
            placeholder="event.data.userId"
            required={isShared}
            spellCheck={false}
            value={rule.key}
            onChange={(event) => onChange({ key: event.target.value })}
          />
        </label>
      </div>
    </fieldset>
  );
}

function Choice<Value extends string>(props: {
  title: string;
  choices: Readonly<Record<Value, string>>;
  value: Value;
  disabled?: boolean;
  onChange: (value: Value) => void;
}): ReactElement {
  const { title, choices, value, disabled = false, onChange } = props;
  return (
    <label>
      {title}
      <select
        className="text-input"
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {Object.entries<string>(choices).map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
