// Calls per second that an SDK answers by itself: a function without steps, called by the stub engine. The official SDKs are
// measured in the same rounds, because only the relation of the three does not depend on the machine.
import { toFigure, type Budget, type Figure, type Usage } from "../figure.ts";
import { createUsageMeter } from "../measure-usage.ts";
import type { VariantName } from "../messages.ts";
import type { Stage } from "../stage.ts";
import type { BySize, Workload } from "../workload.ts";

const CALLS: BySize = { tiny: 10, quick: 2_000, normal: 8_000, full: 30_000 };
/** As many as keep an app busy; more would only wait in its sockets. */
const CONCURRENCY = 32;
const VARIANTS: readonly VariantName[] = ["v3", "v4", "everstep"];
const OUR_BUDGET: Budget = { of: "value", atLeast: 8_000 };
/** 8,000 in relation to the 3,000 of the official SDK on the machine that the budget was made for. */
const RELATION_BUDGET: Budget = { of: "value", atLeast: 2.7 };

interface Alone {
  readonly variant: VariantName;
  readonly callsPerSecond: readonly number[];
  readonly usage: Usage;
}

async function measureAlone(
  stage: Stage,
  { calls, rounds }: { readonly calls: number; readonly rounds: number },
): Promise<readonly Alone[]> {
  const work = { functionId: "noop", concurrency: CONCURRENCY };
  const measured = await Promise.all(
    VARIANTS.map(async (variant) => {
      const { stubApp } = await stage.pair(variant);
      const meter = createUsageMeter(stage.stub.pid, stubApp.pid);
      return { variant, stubApp, meter, callsPerSecond: [] as number[] };
    }),
  );
  for (const { stubApp } of measured) await stage.stub.run(stubApp, { ...work, runs: calls });
  for (let round = 0; round < rounds; round += 1) {
    for (const { stubApp, meter, callsPerSecond } of measured) {
      const done = await meter.during(() => stage.stub.run(stubApp, { ...work, runs: calls }));
      callsPerSecond.push((calls * 1_000) / (done.endedAtMs - done.startedAtMs));
    }
  }
  return measured.map(({ variant, meter, callsPerSecond }) => {
    const { appCpuMsPerOp } = meter.read(calls * rounds);
    return {
      variant,
      callsPerSecond,
      usage: appCpuMsPerOp === undefined ? {} : { appCpuMsPerOp },
    };
  });
}

function toFigures(measured: readonly Alone[]): readonly Figure[] {
  const base = { workload: "sdk", better: "more" } as const;
  const figures = measured.map(({ variant, callsPerSecond, usage }) =>
    toFigure({
      ...base,
      name: `calls/s answered, ${variant}`,
      unit: "calls/s",
      samples: callsPerSecond,
      usage,
      ...(variant === "everstep" ? { budget: OUR_BUDGET } : {}),
    }),
  );
  const samplesOf = (variant: VariantName): readonly number[] =>
    measured.find((each) => each.variant === variant)?.callsPerSecond ?? [];
  const official = samplesOf("v3");
  const relation = toFigure({
    ...base,
    name: "calls/s answered, everstep in relation to v3",
    unit: "times",
    samples: samplesOf("everstep").map((own, round) => own / (official[round] ?? Number.NaN)),
    budget: RELATION_BUDGET,
  });
  return [...figures, relation];
}

export const sdk: Workload = {
  name: "sdk",
  summary: "calls/s that each SDK answers alone, a function without steps",
  run({ size, rounds, withStage }) {
    return withStage(async (stage) =>
      toFigures(await measureAlone(stage, { calls: CALLS[size], rounds })),
    );
  },
};
