// The navigation, twice: at the side of wide windows with everything, at the bottom of narrow ones with the first places
// and a menu for the rest.
import { Menu } from "@base-ui/react/menu";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { GO_TO, type Place } from "./places.ts";
import { SEARCH_KEYS } from "./search-keys.ts";
import { StreamMark } from "./stream-mark.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import "../components/popup.css";
import "./navigation.css";

const BOTTOM_PLACES = 4;

export interface NavigationProps {
  onSearch: () => void;
  onShortcuts: () => void;
}

export function SideNavigation({ onSearch, onShortcuts }: NavigationProps): ReactElement {
  return (
    <header className="side">
      <Link to="/runs" className="side__brand">
        <img src="/favicon.svg" alt="" width="22" height="22" />
        Everstep
      </Link>
      <button type="button" className="side__search" onClick={onSearch}>
        <Icon name="search" />
        Search
        <kbd>{SEARCH_KEYS}</kbd>
      </button>
      <nav aria-label="Main" className="side__places">
        {GO_TO.map((place) => (
          <PlaceLink key={place.to} place={place} className="side__place" />
        ))}
      </nav>
      <div className="side__foot">
        <StreamMark />
        <div className="row">
          <ThemeSwitch />
          <Button kind="quiet" icon="keyboard" iconOnly onClick={onShortcuts}>
            Keyboard shortcuts
          </Button>
        </div>
      </div>
    </header>
  );
}

export function BottomBar({ onSearch }: Pick<NavigationProps, "onSearch">): ReactElement {
  return (
    <nav aria-label="Main, compact" className="bottom">
      {GO_TO.slice(0, BOTTOM_PLACES).map((place) => (
        <PlaceLink key={place.to} place={place} className="bottom__place" />
      ))}
      <Menu.Root>
        <Menu.Trigger className="bottom__place">
          <Icon name="more" />
          More
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="popup-place" side="top" align="end" sideOffset={8}>
            <Menu.Popup className="popup">
              <Menu.Item className="popup__item" onClick={onSearch}>
                <Icon name="search" />
                Search
              </Menu.Item>
              {GO_TO.slice(BOTTOM_PLACES).map(({ to, title, icon }) => (
                <Menu.Item key={to} className="popup__item" render={<Link to={to} />}>
                  <Icon name={icon} />
                  {title}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </nav>
  );
}

function PlaceLink({ place, className }: { place: Place; className: string }): ReactElement {
  return (
    <Link to={place.to} className={className} activeProps={{ "aria-current": "page" }}>
      <Icon name={place.icon} />
      {place.title}
    </Link>
  );
}
