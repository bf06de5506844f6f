// The icons: one drawing each, 16 by 16, in the colour of the text around it. They repeat what a word beside them says,
// so screen readers skip them; a control that has only an icon carries its own label.
import type { ReactElement } from "react";
import "./icon.css";

const DRAWINGS = {
  runs: "M3 4h10M3 8h6M3 12h8",
  functions: "M4 13c2 0 2.4-1.2 2.8-3.4L8 4.4C8.400 2.600 9 2 11 2M5.500 7h5",
  events: "M9 1.500 3.500 9H8l-1 5.500L12.500 7H8z",
  failures: "M8 2.200 14.500 13.500h-13zM8 6.500v3.200M8 11.600v.2",
  apps: "M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z",
  schedules: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM8 4.500V8l2.400 1.600",
  settings: "M2 4.500h7M12 4.500h2M2 11.500h2M7 11.500h7M10.500 3v3M5.500 10v3",
  more: "M3 8h.2M8 8h.2M13 8h.2",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300l3.200 3.200",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.500l3.200 3.200L13 4.500",
  copy: "M5.500 5.500h8v8h-8zM3 10.500h-.5v-8h8V3",
  play: "M5 3l8 5-8 5z",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  stop: "M4 4h8v8H4z",
  repeat:
    "M3 8a5 5 0 0 1 8.600-3.400L13.500 6.500M13.500 3v3.500H10M13 8a5 5 0 0 1-8.600 3.400L2.500 9.500M2.500 13V9.500H6",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  trash: "M3 4.500h10M6 4.500V3h4v1.500M4.500 4.500l.6 9h5.800l.6-9",
  filter: "M2 3.500h12L9.500 8.500V13l-3-1.500v-3z",
  columns: "M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10",
  download: "M8 2.500v7M5 7l3 3 3-3M3 13h10",
  external: "M6 3.500H3.500v9h9V10M9 3h4v4M13 3L7.500 8.500",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  left: "M10 4L6 8l4 4",
  right: "M6 4l4 4-4 4",
  clock: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM8 4.500V8h3",
  hourglass: "M4 2h8M4 14h8M5 2v2.500L8 8l3-3.500V2M5 14v-2.500L8 8l3 3.500V14",
  cross:
    "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM5.800 5.800l4.400 4.400M10.200 5.800l-4.400 4.400",
  tick: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM5.200 8.200l2 2 3.600-4",
  ring: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800z",
  dashed:
    "M8 1.800a6.200 6.200 0 0 1 4.400 1.800M14.200 8a6.200 6.200 0 0 1-1.800 4.400M8 14.200a6.200 6.200 0 0 1-4.400-1.800M1.800 8a6.200 6.200 0 0 1 1.800-4.400",
  forbidden:
    "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM3.700 3.700l8.600 8.600",
  skip: "M3 4l5 4-5 4zM11.500 4v8",
  arc: "M8 1.800a6.200 6.200 0 0 1 6.200 6.200",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1.100 1.100M11.900 11.900L13 13M13 3l-1.100 1.100M4.100 11.900L3 13",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z",
  screen: "M2 3h12v8H2zM6 13.500h4",
  keyboard: "M1.500 4h13v8h-13zM4 6.500h.2M7 6.500h.2M10 6.500h.2M12.500 6.500h.2M5 9.500h6",
  edit: "M3 13l.6-2.800L10.800 3l2.200 2.200-7.200 7.200z",
  send: "M2 8l12-5.500L10.500 14 7.500 9z",
  link: "M6.500 9.500l3-3M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500 7.500 13A3 3 0 0 1 3 8.500L4.500 7",
  info: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM8 7.500v3.500M8 5v.2",
} as const;

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, className }: { name: IconName; className?: string }): ReactElement {
  return (
    <svg
      className={className === undefined ? "icon" : `icon ${className}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
