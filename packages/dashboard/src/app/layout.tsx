// What surrounds every page: the navigation (at the side, at the bottom on narrow windows), the place of the page, and what
// may open over it. The navigation stays while pages change, so nothing jumps.
import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { KeyDialog } from "./key-dialog.tsx";
import { BottomBar, SideNavigation } from "./navigation.tsx";
import { OfflineBanner } from "./offline-banner.tsx";
import { GO_TO } from "./places.ts";
import { useShortcuts } from "./shortcuts.ts";
import "./layout.css";

const CommandPalette = lazy(async () => ({
  default: (await import("./command-palette.tsx")).CommandPalette,
}));
const ShortcutsDialog = lazy(async () => ({
  default: (await import("./shortcuts-dialog.tsx")).ShortcutsDialog,
}));

type Overlay = "palette" | "shortcuts";

export function Layout(): ReactElement {
  const navigate = useNavigate();
  const [overlay, setOverlay] = useState<Overlay>();
  const close = (): void => setOverlay(undefined);
  useShortcuts({
    "mod+k": { does: "Search and commands", run: () => setOverlay("palette"), whileTyping: true },
    "?": { does: "Show the shortcuts", run: () => setOverlay("shortcuts") },
    ...Object.fromEntries(
      GO_TO.map(({ keys, to, title }) => [
        keys,
        { does: `Go to ${title}`, run: () => void navigate({ to }) },
      ]),
    ),
  });
  return (
    <div className="layout">
      <a className="layout__skip" href="#main">
        Skip to content
      </a>
      <SideNavigation
        onSearch={() => setOverlay("palette")}
        onShortcuts={() => setOverlay("shortcuts")}
      />
      <main id="main" className="layout__main" tabIndex={-1}>
        <Outlet />
      </main>
      <BottomBar onSearch={() => setOverlay("palette")} />
      <OfflineBanner />
      <KeyDialog />
      <Suspense>
        {overlay === "palette" && <CommandPalette onClose={close} />}
        {overlay === "shortcuts" && <ShortcutsDialog onClose={close} />}
      </Suspense>
    </div>
  );
}
