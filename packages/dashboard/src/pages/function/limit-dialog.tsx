// Changes one limit in place of the code's; the server's objection stands below the fields.
import type { LimitSet, LimitsPatch } from "@everstep/api";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { fieldsOf, offPatch, patchOf, textsOf } from "./limit-fields.ts";
import { LIMIT_TITLES, limitText, type LimitName } from "./limit-text.ts";

const FORM = "limit-form";

export interface LimitDialogProps {
  name: LimitName;
  limits: LimitSet;
  error: Error | null;
  onClose: () => void;
  onSave: (patch: LimitsPatch) => void;
}

export function LimitDialog(props: LimitDialogProps): ReactElement {
  const { name, limits, error, onClose, onSave } = props;
  const [texts, setTexts] = useState(() => textsOf(name, limits));
  const off = offPatch(name);
  const isOff = limitText(name, limits) === "off";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave(patchOf(name, limits, texts));
  };
  return (
    <Dialog
      title={LIMIT_TITLES[name]}
      open
      onClose={onClose}
      actions={
        <>
          {off !== undefined && !isOff && (
            <Button kind="danger" onClick={() => onSave(off)}>
              Switch off
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={FORM}>
            Change the limit
          </Button>
        </>
      }
    >
      <form id={FORM} className="stack" onSubmit={submit}>
        <div className="limit-fields">
          {fieldsOf(name, limits).map(({ id, title, hint, isNumber, isOptional }) => (
            <label key={id}>
              {isOptional === true ? `${title} (optional)` : title}
              <input
                className="text-input mono"
                type={isNumber === true ? "number" : "text"}
                min={0}
                placeholder={hint}
                required={isOptional !== true}
                spellCheck={false}
                value={texts[id] ?? ""}
                onChange={(event) => {
                  const { value } = event.target;
                  setTexts((known) => ({ ...known, [id]: value }));
                }}
              />
            </label>
          ))}
        </div>
        {error !== null && <ErrorNotice title="The limit was not changed" error={error} />}
      </form>
    </Dialog>
  );
}
