// The limits of a function: in force, and as the code says where an operator set something else.
import type { FunctionDetail, LimitsPatch } from "@everstep/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Section } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge } from "../../components/status-badge.tsx";
import { toastDone, toastError } from "../../components/toast.tsx";
import { patch } from "../../data/api-client.ts";
import { LimitDialog } from "./limit-dialog.tsx";
import { LIMIT_TITLES, limitText, type LimitName } from "./limit-text.ts";

const NAMES = Object.keys(LIMIT_TITLES) as LimitName[];

export function LimitsTab({ fn }: { fn: FunctionDetail }): ReactElement {
  const [editing, setEditing] = useState<LimitName>();
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: (limits: LimitsPatch) =>
      patch("/functions/{functionId}/limits", { params: { functionId: fn.id }, body: limits }),
    onSuccess: () => {
      setEditing(undefined);
      toastDone("The limit holds from now on");
      return cache.invalidateQueries();
    },
  });
  const reset = (name: LimitName): void =>
    change.mutate(
      { [name]: "code" },
      { onError: (error) => toastError("The limit could not be changed", error) },
    );
  return (
    <Section title="Limits">
      <p className="muted">
        A change takes effect at once, for runs that wait too, and stays in place of the code until
        it is taken back.
      </p>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">In force</th>
            <th scope="col">In the code</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {NAMES.map((name) => (
            <LimitRow
              key={name}
              name={name}
              fn={fn}
              onEdit={() => {
                change.reset();
                setEditing(name);
              }}
              onReset={() => reset(name)}
            />
          ))}
        </tbody>
      </table>
      {editing !== undefined && (
        <LimitDialog
          key={editing}
          name={editing}
          limits={fn.controls.limits}
          error={change.error}
          onClose={() => setEditing(undefined)}
          onSave={(limits) => change.mutate(limits)}
        />
      )}
    </Section>
  );
}

function LimitRow(props: {
  name: LimitName;
  fn: FunctionDetail;
  onEdit: () => void;
  onReset: () => void;
}): ReactElement {
  const { name, fn, onEdit, onReset } = props;
  const { limits, code, overridden } = fn.controls;
  const isOverridden = overridden.includes(name);
  const title = LIMIT_TITLES[name];
  return (
    <tr>
      <td className="plain-table__name">{title}</td>
      <td data-title="In force">
        <span className="row row--wrap">
          {visibleText(limitText(name, limits))}
          {isOverridden && (
            <Badge tone="warn" icon="edit">
              Overrides the code
            </Badge>
          )}
        </span>
      </td>
      <td data-title="In the code" className="muted">
        {visibleText(limitText(name, code))}
      </td>
      <td className="plain-table__actions">
        <span className="row">
          {isOverridden && (
            <Button kind="quiet" aria-label={`${title}: back to the code`} onClick={onReset}>
              Back to the code
            </Button>
          )}
          <Button icon="edit" aria-label={`Change ${title}`} onClick={onEdit}>
            Change
          </Button>
        </span>
      </td>
    </tr>
  );
}
