// One button that goes through the themes: as the system, light, dark.
import type { ReactElement } from "react";
import { Button } from "../components/button.tsx";
import type { IconName } from "../components/icon.tsx";
import { setTheme, useTheme, type Theme } from "./theme.ts";

const NEXT: Readonly<Record<Theme, { icon: IconName; next: Theme }>> = {
  system: { icon: "screen", next: "light" },
  light: { icon: "sun", next: "dark" },
  dark: { icon: "moon", next: "system" },
};

export function ThemeSwitch(): ReactElement {
  const theme = useTheme();
  const { icon, next } = NEXT[theme];
  return (
    <Button kind="quiet" icon={icon} iconOnly onClick={() => setTheme(next)}>
      {`Theme: ${theme}. Change to ${next}`}
    </Button>
  );
}
