// The choice of the time that statistics are of.
import type { ReactElement } from "react";
import { DEFAULT_SPAN, SPANS, type SpanName } from "../data/time-span.ts";
import { FilterSelect } from "./filter-bar.tsx";

const CHOICES = Object.entries(SPANS).map(([value, { text }]) => ({ value, text }));

export function SpanSelect(props: {
  value: SpanName | undefined;
  onChange: (value: SpanName) => void;
}): ReactElement {
  const value = props.value ?? DEFAULT_SPAN;
  return (
    <FilterSelect
      label="Time"
      choices={CHOICES}
      values={[value]}
      single
      plain
      onChange={([next]) => props.onChange((next as SpanName | undefined) ?? value)}
    />
  );
}
