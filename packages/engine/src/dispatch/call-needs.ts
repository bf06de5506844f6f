// What a call of a run needs besides a free place of its app: places in concurrency buckets and, for a start, the throttle.
// Runs of one lane have the same keys, so what one of them needs is kept for the lane.
import {
  bucketsOf,
  dispatchKeysOf,
  throttleLimiterId,
  type Bucket,
  type BucketRun,
  type LimiterId,
  type LoadedRun,
  type ThrottleRule,
  type Timer,
} from "@everstep/core";
import { eventToWireJson, type FunctionConfig } from "@everstep/protocol";

export interface CallNeeds {
  readonly buckets: readonly Bucket[];
  readonly throttle?: { readonly id: LimiterId; readonly rule: ThrottleRule };
}

export interface LaneNeeds {
  readonly start: CallNeeds;
  readonly later: CallNeeds;
  /** Every key of the rules was evaluated at the creation of the lane's runs, so all of them need the same. */
  readonly isOfLane: boolean;
}

const NOTHING: CallNeeds = { buckets: [] };

/** Held while the call is out. */
export function isStepBucket({ level }: Bucket): boolean {
  return level === "step";
}

/** A run that has started and whose first call is made again, under rules that are newer than its start, is no start. */
export function isStartOf(timer: Timer, run: LoadedRun | undefined): boolean {
  return timer.isStart === true && run?.state.head.startedAtMs === undefined;
}

/** @param config The function's effective config. */
export function needsOf(config: FunctionConfig, run: LoadedRun, nowMs: number): LaneNeeds {
  if (config.concurrency.length === 0 && config.throttle === undefined) {
    return { start: NOTHING, later: NOTHING, isOfLane: true };
  }
  const { head } = run.state;
  let event: unknown;
  const source: BucketRun = {
    functionId: head.functionId,
    flow: head.flow,
    nowMs,
    readEvent: () => (event ??= readFirstEvent(run)),
  };
  const known = head.flow?.keys ?? {};
  const id = throttleLimiterId(config, source);
  return {
    start: {
      buckets: bucketsOf(config, source, true),
      ...(id === undefined || config.throttle === undefined
        ? {}
        : { throttle: { id, rule: config.throttle } }),
    },
    later: { buckets: bucketsOf(config, source, false) },
    isOfLane: dispatchKeysOf(config).every((expression) => Object.hasOwn(known, expression)),
  };
}

/** What calls of a function need whatever their keys: where it is missing, no lane has to be asked. */
export interface FunctionGate {
  /** For every call. */
  readonly bucket?: Bucket;
  /** For starts. */
  readonly throttle?: NonNullable<CallNeeds["throttle"]>;
}

export function gateOf(functionId: string, config: FunctionConfig): FunctionGate {
  const plain = config.concurrency.filter(
    ({ key, level }) => key === undefined && level === "step",
  );
  const source: BucketRun = { functionId, nowMs: 0, readEvent: () => null };
  const [bucket] = bucketsOf({ ...config, concurrency: plain }, source, false);
  const { throttle: rule } = config;
  const id = rule?.key === undefined ? throttleLimiterId(config, source) : undefined;
  return {
    ...(bucket === undefined ? {} : { bucket }),
    ...(id === undefined || rule === undefined ? {} : { throttle: { id, rule } }),
  };
}

function readFirstEvent({ events }: LoadedRun): unknown {
  const [first] = events;
  return first === undefined ? null : (JSON.parse(eventToWireJson(first)) as unknown);
}
