// Every list of the dashboard: a real table with a sticky header, of which only the rows in view are in the page. Rows are
// walked with j/k or the arrows, opened with Enter, chosen with x. It fills the height that its parent gives it.
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, type ReactElement, type ReactNode } from "react";
import { useIsPhone } from "./media.ts";
import { useTableModel, type Column, type Selection } from "./table-model.ts";
import { TableHead } from "./table-head.tsx";
import { TableRow } from "./table-row.tsx";
import { useRowKeys } from "./use-row-keys.ts";
import "./table.css";

const ROW_HEIGHT = 34;
/** Columns that share the rest get at least this many pixels before the table scrolls sideways. */
const FLEX_MIN = 150;
/** As little as makes the columns of a phone fit 360 pixels. */
const PHONE_FLEX_MIN = 100;
const CHECKBOX_WIDTH = 36;
/** Rows from the end at which more are asked for. */
const READ_AHEAD = 20;
const NONE: ReadonlySet<string> = new Set();

export interface TableProps<Row extends object> {
  /** What is listed, for screen readers: "Runs". */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Click or Enter on a row. */
  onOpen?: (row: Row) => void;
  selection?: Selection;
  /** Ids of columns that the user does not want. */
  hidden?: ReadonlySet<string>;
  /** Called when the last rows come into view, again and again: it must bear that. */
  onEnd?: (() => void) | undefined;
  /** Below the last row, e.g. how many more there are. */
  footer?: ReactNode;
  /** Id of the row that is open beside the table. */
  openId?: string | undefined;
}

export function Table<Row extends object>(props: TableProps<Row>): ReactElement {
  const { label, onEnd, footer, selection } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useIsPhone();
  const columns = useShownColumns(props.columns, isPhone);
  const model = useTableModel({ ...props, columns, hidden: props.hidden ?? NONE, selection });
  const { rows } = model.getRowModel();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // The same function while the rows are the same: a new one makes every row be measured again.
    getItemKey: useCallback((index: number) => rows[index]?.id ?? index, [rows]),
  });
  const items = virtual.getVirtualItems();
  useEndSignal(virtual, rows.length, onEnd);
  const keys = useRowKeys({ scroller, virtual, rows, onOpen: props.onOpen });
  const visible = columns.filter(({ id }) => props.hidden?.has(id) !== true);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="table" ref={scroller} role="presentation" onKeyDown={keys.onKeyDown}>
      <table
        aria-label={label}
        aria-rowcount={rows.length + 1}
        style={{ minWidth: minWidth(visible, selection, isPhone ? PHONE_FLEX_MIN : FLEX_MIN) }}
      >
        <TableHead model={model} columns={visible} selectable={selection !== undefined} />
        <tbody>
          {before > 0 && <Space height={before} />}
          {items.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return undefined;
            return (
              <TableRow
                key={row.id}
                row={row}
                index={index}
                columns={visible}
                isActive={index === keys.active}
                isOpen={row.id === props.openId}
                isSelected={selection?.ids.has(row.id)}
                onOpen={props.onOpen}
                onFocus={keys.setActive}
              />
            );
          })}
          {after > 0 && <Space height={after} />}
        </tbody>
      </table>
      {footer !== undefined && <div className="table__footer">{footer}</div>}
    </div>
  );
}

function useShownColumns<Row>(
  columns: readonly Column<Row>[],
  isPhone: boolean,
): readonly Column<Row>[] {
  return useMemo(
    () => (isPhone ? columns.filter(({ phone }) => phone !== "hide") : columns),
    [columns, isPhone],
  );
}

function useEndSignal(
  virtual: Virtualizer<HTMLDivElement, Element>,
  count: number,
  onEnd: (() => void) | undefined,
): void {
  const last = virtual.getVirtualItems().at(-1)?.index ?? -1;
  useEffect(() => {
    if (count > 0 && last >= count - READ_AHEAD) onEnd?.();
  }, [last, count, onEnd]);
}

function minWidth<Row>(
  columns: readonly Column<Row>[],
  selection: Selection | undefined,
  flexMin: number,
): number {
  const start = selection === undefined ? 0 : CHECKBOX_WIDTH;
  return columns.reduce((sum, { width }) => sum + (width ?? flexMin), start);
}

/** Stands for the rows that are not in the page. */
function Space({ height }: { height: number }): ReactElement {
  return (
    <tr aria-hidden="true" className="table__space">
      <td style={{ height }} />
    </tr>
  );
}

export type { Column, Selection };
