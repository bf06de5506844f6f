// What operators decide about functions while they run: pause, and limits in place of the code's. Stored, audited, in force at
// once; the audit itself is read through the history.
import type { EngineOptions } from "../create-engine.ts";
import type { Engine } from "../engine.ts";
import type { Partition } from "../partition/open-partition.ts";

type Controls = Pick<
  Engine,
  "setPaused" | "setLimits" | "control" | "effectiveFunction" | "audits"
>;

/** @param peek The partition if it is open, for reads. */
export function createControls(
  { history }: EngineOptions,
  opened: () => Partition,
  peek: () => Partition | undefined,
): Controls {
  return {
    async setPaused({ functionId, isPaused, actor }) {
      return opened().ask({ type: "set_paused", functionId, isPaused, actor });
    },
    async setLimits({ functionId, patch, actor }) {
      return opened().ask({ type: "set_limits", functionId, patch, actor });
    },
    control: (functionId) => peek()?.catalog.control(functionId),
    effectiveFunction: (functionId) => peek()?.catalog.rules(functionId),
    audits: async (functionId, limit) => history.listControlAudits(functionId, limit),
  };
}
