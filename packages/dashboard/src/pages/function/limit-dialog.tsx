// Changes one limit in place of the code's.
import { useState, type ReactElement } from "react";
import { ConcurrencyDialog } from "./concurrency-dialog.tsx";
import { fieldsOf, patchOf, textsOf, type SingleLimitName } from "./limit-fields.ts";
import { LimitForm, type LimitDialogProps } from "./limit-form.tsx";

export function LimitDialog(props: LimitDialogProps): ReactElement {
  const { name } = props;
  if (name === "concurrency") return <ConcurrencyDialog {...props} />;
  return <SingleLimitDialog {...props} name={name} />;
}

function SingleLimitDialog(props: LimitDialogProps & { name: SingleLimitName }): ReactElement {
  const { name, limits, onSave } = props;
  const [texts, setTexts] = useState(() => textsOf(name, limits));
  return (
    <LimitForm {...props} onSubmit={() => onSave(patchOf(name, limits, texts))}>
      <div className="limit-fields">
        {fieldsOf(name).map(({ id, title, hint, isNumber, isOptional }) => (
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
    </LimitForm>
  );
}
