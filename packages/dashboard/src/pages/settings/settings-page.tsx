// What the server is: version, storage, retention, keys. Keys come masked from the server; the page never has them whole.
import type { Status } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Page, Section } from "../../app/page.tsx";
import { setTheme, useTheme, type Theme } from "../../app/theme.ts";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { Badge } from "../../components/status-badge.tsx";
import { Time } from "../../components/time.tsx";
import { bytesText, countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { forgetKey, hasKey } from "../../data/sign-in.ts";
import "./settings.css";

const MODES = {
  DEV: "Development: no keys, this machine only",
  START: "Production: keys guard every route",
} as const;

export function SettingsPage(): ReactElement {
  const { data, error, refetch } = useQuery(read("/status", {}));
  return (
    <Page title="Settings">
      {error !== null && (
        <ErrorNotice
          title="The server's state could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      <div className="settings">
        {data !== undefined && <ServerSections status={data.data} />}
        <Section title="Appearance">
          <ThemeChoice />
        </Section>
        <Section title="API">
          <p>
            Everything this page does, the REST API does: <a href="/docs/api">reference</a>,{" "}
            <a href="/v2/openapi.json">OpenAPI document</a>.
          </p>
        </Section>
      </div>
    </Page>
  );
}

function ServerSections({ status }: { status: Status }): ReactElement {
  const { storage, retention, keys } = status;
  return (
    <>
      <Section title="Server">
        <KeyValue
          items={[
            ["Version", status.version],
            ["Mode", MODES[status.mode]],
            ["State", <StateBadge key="state" status={status} />],
            ["Started", <Time key="started" at={status.startedAt} />],
            ["Calls in flight", countText(status.callsInFlight)],
          ]}
        />
      </Section>
      <Section title="Storage">
        <KeyValue
          items={[
            ["Size", bytesText(storage.bytes)],
            ["Runs", countText(storage.runs)],
            ["Events", countText(storage.events)],
            ["Retention", retention.sentence],
          ]}
        />
      </Section>
      <Section title="Keys">
        <KeyValue
          items={[
            ["Signing keys", <KeyList key="signing" values={keys.signing} none="None" />],
            ["Event keys", <KeyList key="event" values={keys.event} none="Any key is taken" />],
          ]}
        />
        {hasKey() && (
          <Button icon="close" onClick={forgetKey}>
            Forget the key of this tab
          </Button>
        )}
      </Section>
    </>
  );
}

function StateBadge({ status: { state, reason } }: { status: Status }): ReactElement {
  const text = state.charAt(0) + state.slice(1).toLowerCase();
  const tone = state === "READY" ? "good" : state === "FAILED" ? "bad" : "warn";
  return (
    <span className="row row--wrap">
      <Badge tone={tone} icon={state === "READY" ? "tick" : "info"}>
        {text}
      </Badge>
      {reason}
    </span>
  );
}

function KeyList({ values, none }: { values: readonly string[]; none: string }): ReactElement {
  if (values.length === 0) return <span className="muted">{none}</span>;
  return (
    <span className="row row--wrap">
      {values.map((value) => (
        <code key={value}>{value}</code>
      ))}
    </span>
  );
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function ThemeChoice(): ReactElement {
  const current = useTheme();
  return (
    <fieldset className="settings__themes">
      <legend className="muted">Theme</legend>
      {THEMES.map(([theme, text]) => (
        <label key={theme}>
          <input
            type="radio"
            name="theme"
            checked={theme === current}
            onChange={() => setTheme(theme)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
