// Views of one thing, one at a time. The chosen one usually lives in the URL: the page passes it in.
import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactElement, ReactNode } from "react";
import "./tabs.css";

export interface Tab {
  id: string;
  title: string;
  /** Shown behind the title: how many there are. */
  count?: number;
  content: ReactNode;
}

export interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  selected: string;
  onSelect: (id: string) => void;
}

export function Tabs({ label, tabs, selected, onSelect }: TabsProps): ReactElement {
  const current = tabs.some(({ id }) => id === selected) ? selected : tabs[0]?.id;
  return (
    <BaseTabs.Root
      className="tabs"
      value={current}
      onValueChange={(value: string) => onSelect(value)}
    >
      <BaseTabs.List className="tabs__list" aria-label={label}>
        {tabs.map(({ id, title, count }) => (
          <BaseTabs.Tab key={id} value={id} className="tabs__tab">
            {title}
            {count !== undefined && <span className="tabs__count">{count}</span>}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map(({ id, content }) => (
        <BaseTabs.Panel key={id} value={id} className="tabs__panel">
          {content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
