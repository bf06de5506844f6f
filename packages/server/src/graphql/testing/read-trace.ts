// Reads traces and span outputs as a client does.
import type { Fixture } from "./graphql-fixture.ts";

const SPAN = `name status attempts duration queuedAt scheduledAt startedAt endedAt
  stepOp stepID stepType isRoot isUserland outputID spanID parentSpanID
  stepInfo { __typename
    ... on SleepStepInfo { sleepUntil }
    ... on WaitForEventStepInfo { eventName expression timeout foundEventID timedOut }
    ... on InvokeStepInfo { triggeringEventID functionID timeout returnEventID runID timedOut }
    ... on WaitForSignalStepInfo { signal timeout timedOut }
    ... on RunStepInfo { type } }
  response { statusCode }`;
const TRACE = `query ($id: String!) {
  run(runID: $id) { status trace { ${SPAN} childrenSpans { ${SPAN} childrenSpans { ${SPAN} } } } } }`;

export interface SpanJson {
  readonly name: string;
  readonly status: string;
  readonly outputID: string | null;
  readonly spanID: string;
  readonly parentSpanID: string | null;
  readonly childrenSpans: readonly SpanJson[];
  readonly [field: string]: unknown;
}

/** The trace of a run, three levels deep. */
export async function readTrace(fixture: Fixture, runId: string): Promise<SpanJson> {
  const { run } = await fixture.data<{ run: { trace: SpanJson } }>(TRACE, { id: runId });
  return run.trace;
}

/** The output behind a span's outputID. */
export async function readOutput(fixture: Fixture, outputID: string | null): Promise<unknown> {
  const query = `query ($id: String!) {
    runTraceSpanOutputByID(outputID: $id) { input data error { name message stack cause } } }`;
  const answer = await fixture.data<{ runTraceSpanOutputByID: unknown }>(query, { id: outputID });
  return answer.runTraceSpanOutputByID;
}
