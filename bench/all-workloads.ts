// Every workload, in the order in which they run.
import type { Workload } from "./workload.ts";
import { coldstart } from "./workloads/coldstart.ts";
import { embedded } from "./workloads/embedded.ts";
import { fanout } from "./workloads/fanout.ts";
import { ingest } from "./workloads/ingest.ts";
import { latency } from "./workloads/latency.ts";
import { long } from "./workloads/long.ts";
import { noop } from "./workloads/noop.ts";
import { parallel } from "./workloads/parallel.ts";
import { sdk } from "./workloads/sdk.ts";
import { sleepers } from "./workloads/sleepers.ts";
import { steps10 } from "./workloads/steps10.ts";
import { waiters } from "./workloads/waiters.ts";

export const WORKLOADS: readonly Workload[] = [
  sdk,
  ingest,
  noop,
  steps10,
  embedded,
  latency,
  fanout,
  parallel,
  long,
  sleepers,
  waiters,
  coldstart,
];
