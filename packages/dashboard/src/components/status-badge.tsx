// A status of a run or of a step, told three ways at once (shape, word, colour), so that none of them is needed alone.
import type { ReactElement } from "react";
import { Icon, type IconName } from "./icon.tsx";
import "./status-badge.css";

export type Status =
  | "QUEUED"
  | "RUNNING"
  | "WAITING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "SKIPPED"
  | "UNKNOWN";

export type Tone = "good" | "bad" | "warn" | "busy" | "calm";

export const STATUS_LOOKS: Readonly<Record<Status, { text: string; icon: IconName; tone: Tone }>> =
  {
    QUEUED: { text: "Queued", icon: "dashed", tone: "calm" },
    RUNNING: { text: "Running", icon: "arc", tone: "busy" },
    WAITING: { text: "Waiting", icon: "hourglass", tone: "warn" },
    COMPLETED: { text: "Completed", icon: "tick", tone: "good" },
    FAILED: { text: "Failed", icon: "cross", tone: "bad" },
    CANCELLED: { text: "Cancelled", icon: "forbidden", tone: "calm" },
    SKIPPED: { text: "Skipped", icon: "skip", tone: "calm" },
    UNKNOWN: { text: "Unknown", icon: "ring", tone: "calm" },
  };

/** `plain`: without a filled background, for tables. */
export function StatusBadge({ status, plain }: { status: Status; plain?: boolean }): ReactElement {
  const { text, icon, tone } = STATUS_LOOKS[status];
  return (
    <Badge tone={tone} icon={icon} {...(plain !== undefined && { plain })}>
      {text}
    </Badge>
  );
}

export interface BadgeProps {
  tone: Tone;
  icon?: IconName;
  plain?: boolean;
  children: string;
}

/** Any short word with a tone, where there is no run status: an app's sync, a pause. */
export function Badge({ tone, icon, plain = false, children }: BadgeProps): ReactElement {
  return (
    <span className={`badge badge--${tone}${plain ? " badge--plain" : ""}`}>
      {icon !== undefined && (
        <Icon name={icon} {...(icon === "arc" && { className: "badge__turn" })} />
      )}
      {children}
    </span>
  );
}
