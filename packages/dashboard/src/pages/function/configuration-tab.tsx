// What the code of a function says of it, beside its limits: read only, because the code is where it is changed.
import type { FunctionDetail } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { Section } from "../../app/page.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { Time } from "../../components/time.tsx";

export function ConfigurationTab({ fn }: { fn: FunctionDetail }): ReactElement {
  const { configuration: config, failureHandler } = fn;
  return (
    <Section title="From the code">
      <KeyValue
        items={[
          ["Id", <code key="id">{visibleText(fn.slug)}</code>],
          [
            "App",
            <Link key="app" to="/apps">
              {visibleText(fn.app.name)}
            </Link>,
          ],
          ["Called at", <code key="url">{visibleText(fn.url)}</code>],
          ["Version", `${fn.version}`],
          ["Known since", <Time key="since" at={fn.createdAt} exact />],
          ["Triggers", lines(fn.triggers.map(triggerLine))],
          ["Retries", `${config.retries.value}`],
          ["Cancelled by", lines(config.cancellations.map(cancellationLine))],
          ["Batch", batchText(config.eventsBatch)],
          [
            "Singleton",
            config.singleton && words(config.singleton.mode.toLowerCase(), config.singleton.key),
          ],
          ["Priority", expression(config.priority)],
          ["Idempotency", expression(config.idempotency)],
          ["Start timeout", config.timeouts?.start],
          ["Finish timeout", config.timeouts?.finish],
          [
            "On failure",
            failureHandler && (
              <Link
                key="handler"
                to="/functions/$functionId"
                params={{ functionId: failureHandler.slug }}
              >
                {visibleText(failureHandler.name)}
              </Link>
            ),
          ],
        ]}
      />
    </Section>
  );
}

type Config = FunctionDetail["configuration"];

function lines(texts: readonly string[]): ReactNode {
  if (texts.length === 0) return undefined;
  return texts.map((text) => (
    <div key={text}>
      <code>{visibleText(text)}</code>
    </div>
  ));
}

function expression(text: string | undefined): ReactNode {
  return text === undefined ? undefined : <code>{visibleText(text)}</code>;
}

function triggerLine(trigger: FunctionDetail["triggers"][number]): string {
  if (trigger.type === "CRON") return `cron ${trigger.value}`;
  return trigger.if === undefined ? trigger.value : `${trigger.value} if ${trigger.if}`;
}

function cancellationLine({ event, condition, timeout }: Config["cancellations"][number]): string {
  return [event, condition && `if ${condition}`, timeout && `within ${timeout}`]
    .filter(Boolean)
    .join(" ");
}

function batchText(batch: Config["eventsBatch"]): ReactNode {
  if (batch === undefined) return undefined;
  return words(`up to ${batch.maxSize} events or ${batch.timeout}`, batch.key);
}

function words(text: string, key: string | undefined): ReactNode {
  if (key === undefined) return text;
  return (
    <>
      {text}, by <code>{visibleText(key)}</code>
    </>
  );
}
