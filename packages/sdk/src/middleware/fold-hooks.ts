// Folds the hooks of several middlewares into one object, as layers of an onion: the first one listed is the outermost. It hears of
// what comes in first and of what goes out last, and its wrappers enclose the others'. A hook that nobody has stays absent.
import type { ExecutionHooks, MemoizedStep } from "../execution/hooks.ts";

type Hooks = Required<ExecutionHooks>;
type Combine = { readonly [K in keyof Hooks]: (outer: Hooks[K], inner: Hooks[K]) => Hooks[K] };
type Notice = () => Promise<void> | void;

/** @param list Hooks as closures, outermost first. */
export function foldHooks(list: readonly ExecutionHooks[]): ExecutionHooks {
  return list.reduceRight((inner, outer) => combine(outer, inner), {});
}

function combine(outer: ExecutionHooks, inner: ExecutionHooks): ExecutionHooks {
  const folded: Record<string, unknown> = { ...inner, ...outer };
  for (const key of Object.keys(COMBINE) as (keyof Hooks)[]) {
    const [first, second] = [outer[key], inner[key]];
    if (first === undefined || second === undefined) folded[key] = first ?? second;
    else folded[key] = (COMBINE[key] as (a: unknown, b: unknown) => unknown)(first, second);
  }
  return folded;
}

const forward =
  (outer: Notice, inner: Notice): Notice =>
  async () => {
    await outer();
    await inner();
  };
const backward = (outer: Notice, inner: Notice): Notice => forward(inner, outer);

const COMBINE: Combine = {
  transformInput: (outer, inner) => async (input) => {
    const first = await outer(input);
    const steps = withSteps(input.steps, first?.steps);
    const second = await inner({ ctx: { ...input.ctx, ...first?.ctx }, steps });
    return { ctx: { ...first?.ctx, ...second?.ctx }, steps: withSteps(steps, second?.steps) };
  },
  beforeMemoization: forward,
  afterMemoization: backward,
  beforeExecution: forward,
  afterExecution: backward,
  beforeResponse: forward,
  finished: (outer, inner) => async (output) => {
    await outer(output);
    await inner(output);
  },
  transformOutput: (outer, inner) => async (output) => {
    const changed = await inner(output);
    return outer({ ...output, ...changed });
  },
  transformStepInput: (outer, inner) => async (scope, input) =>
    inner(scope, await outer(scope, input)),
  transformSendEvents: (outer, inner) => async (payloads) => inner(await outer(payloads)),
  wrapSend: (outer, inner) => (payloads, next) =>
    outer(payloads, (changed) => inner(changed, next)),
  wrapRequest: (outer, inner) => (next) => outer(() => inner(next)),
  wrapFunctionHandler: (outer, inner) => (next) => outer(() => inner(next)),
  wrapStep: (outer, inner) => (scope, next) => outer(scope, () => inner(scope, next)),
  wrapStepHandler: (outer, inner) => (scope, next) => outer(scope, () => inner(scope, next)),
};

/** Middleware may give back only the steps that it changed. */
function withSteps(
  steps: readonly MemoizedStep[],
  changed: readonly MemoizedStep[] | undefined,
): readonly MemoizedStep[] {
  if (changed === undefined) return steps;
  const byId = new Map(changed.map((step) => [step.id, step]));
  return steps.map((step) => byId.get(step.id) ?? step);
}
