// The places of the navigation, in its order, and the keys that lead there.
import type { IconName } from "../components/icon.tsx";

export interface Place {
  readonly to:
    | "/runs"
    | "/functions"
    | "/events"
    | "/failures"
    | "/apps"
    | "/schedules"
    | "/settings";
  readonly title: string;
  readonly icon: IconName;
  /** A sequence: "g r" is g, then r. */
  readonly keys: string;
}

export const GO_TO: readonly Place[] = [
  { to: "/runs", title: "Runs", icon: "runs", keys: "g r" },
  { to: "/functions", title: "Functions", icon: "functions", keys: "g f" },
  { to: "/events", title: "Events", icon: "events", keys: "g e" },
  { to: "/failures", title: "Failures", icon: "failures", keys: "g x" },
  { to: "/apps", title: "Apps", icon: "apps", keys: "g a" },
  { to: "/schedules", title: "Schedules", icon: "schedules", keys: "g s" },
  { to: "/settings", title: "Settings", icon: "settings", keys: "g t" },
];
