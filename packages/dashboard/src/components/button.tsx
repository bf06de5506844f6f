// A button, or an icon alone with a label. `primary` is for the one main action of a view, `danger` for what cannot be undone.
import type { ComponentPropsWithRef, ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";
import "./button.css";

export interface ButtonProps extends Omit<ComponentPropsWithRef<"button">, "children"> {
  kind?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  /** Shown as text; with `iconOnly` it is read out and shown as a tooltip instead. */
  children: string | ReactNode;
  iconOnly?: boolean;
  /** The key that does the same, shown after the text. */
  shortcut?: string;
}

export function Button(props: ButtonProps): ReactElement {
  const { kind = "plain", icon, iconOnly = false, children, shortcut, className, ...rest } = props;
  const classes = ["button", `button--${kind}`, iconOnly ? "button--icon" : "", className ?? ""];
  const label = iconOnly && typeof children === "string" ? children : undefined;
  return (
    <button
      type="button"
      {...rest}
      className={classes.filter(Boolean).join(" ")}
      {...(label !== undefined && { "aria-label": label, title: rest.title ?? label })}
    >
      {icon !== undefined && <Icon name={icon} />}
      {!iconOnly && children}
      {shortcut !== undefined && <kbd className="button__key">{shortcut}</kbd>}
    </button>
  );
}
