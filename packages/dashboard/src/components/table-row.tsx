// One row: opened by a click anywhere but on a control inside it, focusable so that it can be walked with the keyboard.
import type { MouseEvent, ReactElement } from "react";
import type { Column, TableModel } from "./table-model.ts";

type ModelRow<Row extends object> = ReturnType<TableModel<Row>["getRowModel"]>["rows"][number];

export interface TableRowProps<Row extends object> {
  row: ModelRow<Row>;
  index: number;
  columns: readonly Column<Row>[];
  isActive: boolean;
  isOpen: boolean;
  /** Undefined: the table has no selection. */
  isSelected: boolean | undefined;
  onOpen: ((row: Row) => void) | undefined;
  onFocus: (index: number) => void;
}

export function TableRow<Row extends object>(props: TableRowProps<Row>): ReactElement {
  const { row, index, columns, isActive, isOpen, isSelected, onOpen, onFocus } = props;
  const open = (event: MouseEvent): void => {
    if (!isOnControl(event)) onOpen?.(row.original);
  };
  const classes = [
    "table__row",
    onOpen === undefined ? "" : "table__row--opens",
    isOpen ? "table__row--open" : "",
    isSelected === true ? "table__row--selected" : "",
  ];
  return (
    <tr
      className={classes.filter(Boolean).join(" ")}
      data-index={index}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      onClick={open}
      onFocus={() => onFocus(index)}
      {...(isSelected !== undefined && { "aria-selected": isSelected })}
    >
      {isSelected !== undefined && (
        <td className="table__check">
          <input
            type="checkbox"
            aria-label={`Select row ${index + 1}`}
            checked={isSelected}
            tabIndex={-1}
            onChange={() => row.toggleSelected()}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={column.align === "right" ? "number" : undefined}>
          {column.cell(row.original)}
        </td>
      ))}
    </tr>
  );
}

/** A click that belongs to something in the row, or that ends a selection of text. */
function isOnControl(event: MouseEvent): boolean {
  const target = event.target as Element;
  if (target.closest("a, button, input, label, select, [role='menuitem']") !== null) return true;
  return (getSelection()?.toString() ?? "") !== "";
}
