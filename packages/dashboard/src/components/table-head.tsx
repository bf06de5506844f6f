// The header of a table: titles, sorting by the loaded rows, and the box that selects all of them.
import type { ReactElement } from "react";
import { Icon } from "./icon.tsx";
import type { Column, TableModel } from "./table-model.ts";

export interface TableHeadProps<Row extends object> {
  model: TableModel<Row>;
  columns: readonly Column<Row>[];
  selectable: boolean;
}

export function TableHead<Row extends object>(props: TableHeadProps<Row>): ReactElement {
  const { model, columns, selectable } = props;
  return (
    <>
      <colgroup>
        {selectable && <col className="table__check-column" />}
        {columns.map(({ id, width }) => (
          <col key={id} style={width === undefined ? undefined : { width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {selectable && (
            <th scope="col" className="table__check">
              <input
                type="checkbox"
                aria-label="Select all loaded rows"
                checked={model.getIsAllRowsSelected()}
                ref={(box) => {
                  if (box !== null) {
                    box.indeterminate =
                      model.getIsSomeRowsSelected() && !model.getIsAllRowsSelected();
                  }
                }}
                onChange={(event) => model.toggleAllRowsSelected(event.target.checked)}
              />
            </th>
          )}
          {columns.map((column) => (
            <HeadCell key={column.id} model={model} column={column} />
          ))}
        </tr>
      </thead>
    </>
  );
}

function HeadCell<Row extends object>(props: {
  model: TableModel<Row>;
  column: Column<Row>;
}): ReactElement {
  const { id, title, align, sortBy } = props.column;
  const className = align === "right" ? "number" : undefined;
  if (sortBy === undefined) {
    return (
      <th scope="col" className={className}>
        {title}
      </th>
    );
  }
  const sorting = props.model.getColumn(id);
  const order = sorting?.getIsSorted() ?? false;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={order === false ? "none" : order === "asc" ? "ascending" : "descending"}
    >
      <button type="button" className="table__sort" onClick={() => sorting?.toggleSorting()}>
        {title}
        {order !== false && <Icon name={order === "asc" ? "up" : "down"} />}
      </button>
    </th>
  );
}
