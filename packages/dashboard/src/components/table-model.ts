// What a table is made of: the columns as pages describe them, and the TanStack table behind them (visibility, selection,
// sorting of what is loaded). Server-side order and paging belong to the query of the page.
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ReactTable,
  type RowSelectionState,
  type SortingState,
} from "@tanstack/react-table";
import { useMemo, useState, type ReactNode } from "react";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** Pixels; columns without one share what is left. */
  readonly width?: number;
  readonly align?: "right";
  /** Left out on phones. */
  readonly phone?: "hide";
  /** Makes the header a button that sorts the loaded rows by this. */
  readonly sortBy?: (row: Row) => number | string | undefined;
  readonly cell: (row: Row) => ReactNode;
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}

const features = tableFeatures({
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});
type Features = typeof features;
export type TableModel<Row extends object> = ReactTable<Features, Row>;

export interface TableModelOptions<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** Ids of columns that are not shown. */
  readonly hidden: ReadonlySet<string>;
  readonly selection: Selection | undefined;
}

export function useTableModel<Row extends object>(
  options: TableModelOptions<Row>,
): TableModel<Row> {
  const { columns, rows, rowId, hidden, selection } = options;
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo(() => columns.map(toDefinition), [columns]);
  const columnVisibility = useMemo(
    () => Object.fromEntries([...hidden].map((id) => [id, false])),
    [hidden],
  );
  const rowSelection = useMemo(
    () => Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true as const])),
    [selection?.ids],
  );
  return useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    state: { sorting, columnVisibility, rowSelection },
    enableRowSelection: selection !== undefined,
    onSortingChange: setSorting,
    onRowSelectionChange: (update) => {
      const next: RowSelectionState = typeof update === "function" ? update(rowSelection) : update;
      selection?.onChange(new Set(Object.keys(next).filter((id) => next[id] === true)));
    },
  });
}

function toDefinition<Row extends object>(column: Column<Row>): ColumnDef<Features, Row> {
  const { id, title, sortBy, cell } = column;
  return {
    id,
    header: title,
    accessorFn: (row) => sortBy?.(row),
    enableSorting: sortBy !== undefined,
    sortUndefined: "last",
    sortFn: (left, right) => compare(sortBy?.(left.original), sortBy?.(right.original)),
    cell: ({ row }) => cell(row.original),
  };
}

function compare(left: number | string | undefined, right: number | string | undefined): number {
  if (typeof left === "string" && typeof right === "string") return left.localeCompare(right);
  return Number(left ?? 0) - Number(right ?? 0);
}
