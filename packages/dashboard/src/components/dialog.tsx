// A window over the page that wants an answer; a drawer is the same at the page's edge, for reading on beside a list.
// Focus stays inside and returns to where it came from; Escape and a click outside close it.
import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { useRef, type ReactElement, type ReactNode } from "react";
import { Button } from "./button.tsx";
import "./dialog.css";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the bottom, the main one last. */
  actions?: ReactNode;
  /** `wide`: for editors and comparisons. */
  size?: "normal" | "wide";
}

export function Dialog(props: DialogProps): ReactElement {
  return <Panel {...props} shape={props.size === "wide" ? "dialog dialog--wide" : "dialog"} />;
}

export function Drawer(props: Omit<DialogProps, "size">): ReactElement {
  return <Panel {...props} shape="drawer" />;
}

function Panel(props: DialogProps & { shape: string }): ReactElement {
  const { title, open, onClose, children, actions, shape } = props;
  const body = useRef<HTMLDivElement>(null);
  // What is to be filled in, where there is something; else the first control.
  const firstField = (): HTMLElement | true =>
    body.current?.querySelector<HTMLElement>("input, textarea, select") ?? true;
  return (
    <BaseDialog.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="backdrop" />
        <BaseDialog.Popup className={shape} initialFocus={firstField}>
          <header className="panel__header">
            <BaseDialog.Title className="panel__title">{title}</BaseDialog.Title>
            <BaseDialog.Close
              render={
                <Button kind="quiet" icon="close" iconOnly>
                  Close
                </Button>
              }
            />
          </header>
          <div className="panel__body" ref={body}>
            {children}
          </div>
          {actions !== undefined && <footer className="panel__actions">{actions}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
