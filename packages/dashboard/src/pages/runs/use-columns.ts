// The chosen columns of this person, kept in this browser.
import { useMemo, useState } from "react";
import { COLUMN_IDS, parseColumns, toColumnsText, type ColumnId } from "./columns.ts";

const STORED_AS = "everstep.runs.columns";

export function useColumns(): {
  readonly shown: readonly ColumnId[];
  readonly hidden: ReadonlySet<string>;
  readonly show: (columns: readonly string[]) => void;
} {
  const [shown, setShown] = useState(() => parseColumns(localStorage.getItem(STORED_AS)));
  const hidden = useMemo(() => new Set(COLUMN_IDS.filter((id) => !shown.includes(id))), [shown]);
  const show = (columns: readonly string[]): void => {
    const chosen = parseColumns(columns.join(","));
    localStorage.setItem(STORED_AS, toColumnsText(chosen));
    setShown(chosen);
  };
  return { shown, hidden, show };
}
