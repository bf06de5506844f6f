// What every dialog that changes a limit has: its title, the ways out of it, and the server's objection below the fields.
import type { LimitSet, LimitsPatch } from "@everstep/api";
import type { FormEvent, ReactElement, ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { offPatch } from "./limit-fields.ts";
import { LIMIT_TITLES, limitText, type LimitName } from "./limit-text.ts";

const FORM = "limit-form";

export interface LimitDialogProps {
  name: LimitName;
  limits: LimitSet;
  error: Error | null;
  onClose: () => void;
  onSave: (patch: LimitsPatch) => void;
}

export interface LimitFormProps extends LimitDialogProps {
  children: ReactNode;
  /** All required fields hold something. */
  onSubmit: () => void;
}

export function LimitForm(props: LimitFormProps): ReactElement {
  const { name, limits, error, children, onClose, onSave, onSubmit } = props;
  const off = offPatch(name);
  const isOff = limitText(name, limits) === "off";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
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
        {children}
        {error !== null && <ErrorNotice title="The limit was not changed" error={error} />}
      </form>
    </Dialog>
  );
}
