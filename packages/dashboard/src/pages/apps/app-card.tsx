// One app: its state, what runs it, its functions; when its last sync failed, why and what to do about it.
import type { App } from "@everstep/api";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Section } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { Badge } from "../../components/status-badge.tsx";
import { Time } from "../../components/time.tsx";
import { toastDone, toastError } from "../../components/toast.tsx";
import { post, remove } from "../../data/api-client.ts";

/** As many as a card shows without growing beyond the others. */
const SHOWN = 30;

export function AppCard({ app }: { app: App }): ReactElement {
  const [isRemoving, setRemoving] = useState(false);
  const sync = useMutation({
    mutationFn: () => post("/apps/{appId}/sync", { params: { appId: app.id } }),
    onSuccess: () => toastDone(`${app.name} is in sync`),
    onError: (error) => toastError(`${app.name} could not be synced`, error),
  });
  return (
    <Section
      title={visibleText(app.name)}
      actions={
        <>
          {app.status === "CONNECTED" ? (
            <Badge tone="good" icon="tick">
              In sync
            </Badge>
          ) : (
            <Badge tone="bad" icon="cross">
              Sync failed
            </Badge>
          )}
          <Button icon="repeat" disabled={sync.isPending} onClick={() => sync.mutate()}>
            Sync
          </Button>
          <Button kind="quiet" icon="trash" iconOnly onClick={() => setRemoving(true)}>
            {`Remove ${app.name}`}
          </Button>
        </>
      }
    >
      {app.error !== undefined && (
        <div className="app-card__error" role="alert">
          <p>{visibleText(app.error.message)}</p>
          <p className="muted">{app.error.fix}</p>
        </div>
      )}
      <Facts app={app} />
      <h3>
        {app.functionCount} {app.functionCount === 1 ? "function" : "functions"}
      </h3>
      <ul className="app-card__functions">
        {app.functions.slice(0, SHOWN).map(({ id, slug, name }) => (
          <li key={id}>
            <Link to="/functions/$functionId" params={{ functionId: slug }}>
              {visibleText(name)}
            </Link>
          </li>
        ))}
        {app.functionCount > SHOWN && (
          <li>
            <Link to="/functions" search={{ app: [app.name] }}>
              And {app.functionCount - SHOWN} more
            </Link>
          </li>
        )}
      </ul>
      <RemoveDialog app={app} open={isRemoving} onClose={() => setRemoving(false)} />
    </Section>
  );
}

function Facts({ app }: { app: App }): ReactElement {
  const sdk = [app.sdk === "" ? "unknown" : app.sdk, app.framework, app.platform];
  return (
    <KeyValue
      items={[
        [
          "URL",
          <span key="url" className="row">
            <code>{visibleText(app.url)}</code>
            <CopyButton text={app.url} label="Copy URL" />
          </span>,
        ],
        ["SDK", sdk.filter((part) => part !== undefined && part !== "").join(" · ")],
        ["Version", app.appVersion],
        ["Last sync", <Time key="synced" at={app.syncedAt} />],
      ]}
    />
  );
}

function RemoveDialog(props: { app: App; open: boolean; onClose: () => void }): ReactElement {
  const { app, open, onClose } = props;
  const removal = useMutation({
    mutationFn: () => remove("/apps/{appId}", { params: { appId: app.id } }),
    onSuccess: () => {
      toastDone(`${app.name} was removed`);
      onClose();
    },
    onError: (error) => toastError(`${app.name} could not be removed`, error),
  });
  return (
    <Dialog
      title={`Remove ${app.name}?`}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" disabled={removal.isPending} onClick={() => removal.mutate()}>
            Remove
          </Button>
        </>
      }
    >
      <p>
        Its functions start nothing any more. Runs that are there stay readable, and the next sync
        of the app brings it back.
      </p>
    </Dialog>
  );
}
