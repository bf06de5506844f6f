// What stands where data would be, when it could not be had: the server's own sentence and a way to try again.
import type { ReactElement } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import "./error-notice.css";

export interface ErrorNoticeProps {
  /** What was tried: "The runs could not be loaded". */
  title: string;
  error: unknown;
  onRetry?: () => void;
}

export function ErrorNotice({ title, error, onRetry }: ErrorNoticeProps): ReactElement {
  return (
    <div className="error-notice" role="alert">
      <Icon name="failures" />
      <div className="error-notice__text">
        <strong>{title}</strong>
        <p>{error instanceof Error ? error.message : String(error)}</p>
      </div>
      {onRetry !== undefined && (
        <Button icon="repeat" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
