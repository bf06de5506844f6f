// The actions of a run: what people do most as buttons, the rest behind one menu.
import type { EventView, RunDetailView } from "@everstep/api";
import { Menu } from "@base-ui/react/menu";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Button } from "../../../components/button.tsx";
import { Icon, type IconName } from "../../../components/icon.tsx";
import { toastDone, toastError } from "../../../components/toast.tsx";
import { get } from "../../../data/api-client.ts";
import { read } from "../../../data/queries.ts";
import { OF_THIS_ONLY } from "../../../data/of-this-only.ts";
import { copyAsCurl } from "../copy/copy-as-curl.ts";
import { copyAsTest } from "../copy/copy-as-test.ts";
import { InvokeAgainDialog } from "./invoke-again-dialog.tsx";
import { PickRunDialog } from "./pick-run-dialog.tsx";
import { useRunActions } from "./use-run-actions.ts";
import "../../../components/filter-bar.css";

type Open = "invoke" | "compare" | undefined;

export function RunMenu({ run }: { run: RunDetailView }): ReactElement {
  const [open, setOpen] = useState<Open>();
  const navigate = useNavigate();
  const actions = useRunActions(run.id);
  const events = useQuery({
    ...read("/runs/{runId}/events", { params: { runId: run.id } }),
    ...OF_THIS_ONLY,
    staleTime: Infinity,
  });
  const event = events.data?.data[0];
  const compare = (otherId: string): void =>
    void navigate({ to: "/runs/$runId/compare/$otherId", params: { runId: run.id, otherId } });
  return (
    <div className="row row--wrap">
      {run.endedAt === undefined && (
        <Button kind="danger" icon="stop" disabled={actions.isBusy} onClick={actions.cancel}>
          Cancel
        </Button>
      )}
      <Button icon="repeat" disabled={actions.isBusy} onClick={() => actions.rerun()}>
        Rerun
      </Button>
      <MoreMenu
        items={[
          { text: "Invoke with edited data…", icon: "edit", onPick: () => setOpen("invoke") },
          { text: "Compare with another run…", icon: "columns", onPick: () => setOpen("compare") },
          { text: "Copy as curl", icon: "copy", onPick: () => void copy(() => curlOf(run, event)) },
          {
            text: "Copy as a test",
            icon: "copy",
            onPick: () => void copy(() => testOf(run, event)),
          },
        ]}
      />
      {open === "invoke" && (
        <InvokeAgainDialog
          functionName={run.function.name}
          data={sentEvent(event)?.data}
          onClose={() => setOpen(undefined)}
          onInvoke={(data) => {
            setOpen(undefined);
            actions.invoke(run.function.id, data);
          }}
        />
      )}
      {open === "compare" && (
        <PickRunDialog run={run} onClose={() => setOpen(undefined)} onPick={compare} />
      )}
    </div>
  );
}

interface MenuEntry {
  readonly text: string;
  readonly icon: IconName;
  readonly onPick: () => void;
}

function MoreMenu({ items }: { items: readonly MenuEntry[] }): ReactElement {
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <Button icon="more" iconOnly>
            More actions
          </Button>
        }
      />
      <Menu.Portal>
        <Menu.Positioner className="popup-place" sideOffset={4} align="end">
          <Menu.Popup className="popup">
            {items.map(({ text, icon, onPick }) => (
              <Menu.Item key={text} className="popup__item" onClick={onPick}>
                <Icon name={icon} />
                {text}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

async function copy(make: () => string | Promise<string>): Promise<void> {
  try {
    await navigator.clipboard.writeText(await make());
    toastDone("Copied");
  } catch (error) {
    toastError("Nothing was copied", error);
  }
}

async function curlOf(run: RunDetailView, event: EventView | undefined): Promise<string> {
  const { data: status } = await get("/status", {});
  const target = {
    origin: location.origin,
    functionSlug: run.function.slug,
    isDev: status.mode === "DEV",
  };
  return copyAsCurl(target, sentEvent(event));
}

function testOf(run: RunDetailView, event: EventView | undefined): string {
  const { slug, app } = run.function;
  const prefix = `${app.name}-`;
  return copyAsTest({
    id: run.id,
    status: run.status,
    functionId: slug.startsWith(prefix) ? slug.slice(prefix.length) : slug,
    event: sentEvent(event),
    output: run.output,
    errorMessage: run.error?.message,
  });
}

/** Without `_inngest`, which the engine adds to the data of the event that invokes a function. */
function sentEvent(event: EventView | undefined) {
  if (event === undefined) return undefined;
  const { name, user } = event;
  if (!event.isInternal || typeof event.data !== "object")
    return { name, user, data: event.data ?? {} };
  const { _inngest: _, ...data } = event.data as Record<string, unknown>;
  return { name, user, data };
}
