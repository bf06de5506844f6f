// Which columns the runs table shows.
import { Menu } from "@base-ui/react/menu";
import type { ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Icon } from "../../components/icon.tsx";
import { COLUMN_IDS, COLUMN_TITLES, type ColumnId } from "./columns.ts";
import { toggled } from "./runs-filter.ts";

export function ColumnsMenu(props: {
  shown: readonly ColumnId[];
  onShow: (columns: readonly ColumnId[]) => void;
}): ReactElement {
  const { shown, onShow } = props;
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button icon="columns">Columns</Button>} />
      <Menu.Portal>
        <Menu.Positioner className="popup-place" sideOffset={4} align="end">
          <Menu.Popup className="popup">
            {COLUMN_IDS.map((id) => (
              <Menu.CheckboxItem
                key={id}
                className="popup__item"
                checked={shown.includes(id)}
                onCheckedChange={() => onShow(toggled(shown, id))}
                closeOnClick={false}
              >
                <span className="popup__check">
                  <Menu.CheckboxItemIndicator>
                    <Icon name="check" />
                  </Menu.CheckboxItemIndicator>
                </span>
                {COLUMN_TITLES[id]}
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
