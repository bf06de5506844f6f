// What engine and app use while something is measured, per operation.
import type { Usage } from "./figure.ts";
import { cpuSecondsOf, rssMbOf } from "./processes/process-usage.ts";

export interface UsageMeter {
  /** Adds what both processes use during the work. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Resident memory is that of this moment. */
  read(operations: number): Usage;
}

export function createUsageMeter(enginePid: number, appPid?: number): UsageMeter {
  let engineSeconds = 0;
  let appSeconds = 0;
  const appCpu = (): number => (appPid === undefined ? 0 : cpuSecondsOf(appPid));
  return {
    async during(work) {
      const [engineBefore, appBefore] = [cpuSecondsOf(enginePid), appCpu()];
      const result = await work();
      engineSeconds += cpuSecondsOf(enginePid) - engineBefore;
      appSeconds += appCpu() - appBefore;
      return result;
    },
    read: (operations) => ({
      engineCpuMsPerOp: (engineSeconds * 1_000) / operations,
      ...(appPid === undefined ? {} : { appCpuMsPerOp: (appSeconds * 1_000) / operations }),
      engineRssMb: rssMbOf(enginePid),
    }),
  };
}
