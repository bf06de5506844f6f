// What stands where a list would be, when there is nothing: why, and the next step, with code to copy when there is some.
import type { ReactElement, ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import "./empty-state.css";

export interface EmptyStateProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  /** Shown as text with a copy button. */
  code?: string;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, code, action }: EmptyStateProps): ReactElement {
  return (
    <div className="empty">
      <Icon name={icon} className="empty__icon" />
      <h2>{title}</h2>
      {children !== undefined && <div className="empty__text">{children}</div>}
      {code !== undefined && <CodeBlock code={code} />}
      {action}
    </div>
  );
}

/** Code to copy. */
function CodeBlock({ code }: { code: string }): ReactElement {
  return (
    <div className="code-block">
      <pre tabIndex={0}>{code}</pre>
      <CopyButton text={code} label="Copy code" />
    </div>
  );
}
