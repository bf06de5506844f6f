// Short messages about something that was done or failed, over the page. They are read out, and stay while looked at.
import { Toast } from "@base-ui/react/toast";
import type { ReactElement } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import "./toast.css";

const manager = Toast.createToastManager();

/** Says that something was done. */
export function toastDone(title: string, description?: string): void {
  manager.add({ title, type: "done", ...(description !== undefined && { description }) });
}

/** Says that something did not work, with the server's sentence. */
export function toastError(title: string, error: unknown): void {
  const description = error instanceof Error ? error.message : String(error);
  manager.add({ title, description, type: "error", priority: "high", timeout: 12_000 });
}

/** Once, around the page. */
export function Toasts(): ReactElement {
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList(): ReactElement[] {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={`toast toast--${toast.type}`}>
      <Icon name={toast.type === "error" ? "failures" : "check"} />
      <div className="toast__text">
        <Toast.Title className="toast__title" />
        <Toast.Description className="toast__description" />
      </div>
      <Toast.Close
        render={
          <Button kind="quiet" icon="close" iconOnly>
            Dismiss
          </Button>
        }
      />
    </Toast.Root>
  ));
}
