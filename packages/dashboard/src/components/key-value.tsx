// Facts about one thing, as name and value.
import { Fragment, type ReactElement, type ReactNode } from "react";
import "./key-value.css";

/** An undefined value leaves its name out. `inline`: side by side in a row, for headers. */
export function KeyValue(props: {
  items: readonly (readonly [name: string, value: ReactNode])[];
  inline?: boolean;
}): ReactElement {
  const items = props.items.filter(([, value]) => value !== undefined);
  if (props.inline === true) {
    return (
      <dl className="key-value key-value--inline">
        {items.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <dl className="key-value">
      {items.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
