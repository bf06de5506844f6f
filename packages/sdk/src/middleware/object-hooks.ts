// Middleware objects (the v3 form) as hooks of execution. `onSendEvent` is called anew for each send, so that what it closes over
// belongs to one send only; the payload of an invocation counts as a send of one event.
import type { ExecutionHooks, StepScope } from "../execution/hooks.ts";
import type { EventObject, HookScope } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type {
  FunctionRunHooks,
  MiddlewareRegisterReturn,
  MiddlewareRunContext,
  MiddlewareStep,
} from "./inngest-middleware.ts";

/** The hooks of one call. */
export async function objectCallHooks(
  registered: MiddlewareRegisterReturn,
  fn: EverstepFunction,
  call: HookScope,
): Promise<ExecutionHooks> {
  const { event, runId, requestArgs } = call;
  const run = await registered.onFunctionRun?.({
    ctx: { event, runId },
    steps: call.steps ?? [],
    fn,
    reqArgs: requestArgs,
  });
  return {
    ...(run == null ? {} : runHooks(run, fn, requestArgs)),
    ...objectSendHooks(registered),
    ...invocationHooks(registered),
  };
}

/** The hooks of sends. */
export function objectSendHooks(registered: MiddlewareRegisterReturn): ExecutionHooks {
  const { onSendEvent } = registered;
  if (onSendEvent === undefined) return {};
  return {
    wrapSend: async (payloads, next) => {
      const hooks = (await onSendEvent()) ?? {};
      // Copies, because middleware may change them in place and the author may send them again.
      const copies = payloads.map((payload) => ({ ...payload }));
      const input = await hooks.transformInput?.({ payloads: copies });
      const result = await next((input?.payloads as readonly EventObject[] | undefined) ?? copies);
      const output = await hooks.transformOutput?.({ result });
      return { ...result, ...output?.result };
    },
  };
}

function runHooks(
  run: FunctionRunHooks,
  fn: EverstepFunction,
  reqArgs: readonly unknown[],
): ExecutionHooks {
  const { transformInput, transformOutput, finished } = run;
  const { beforeMemoization, afterMemoization, beforeExecution, afterExecution, beforeResponse } =
    run;
  return {
    ...(transformInput === undefined
      ? {}
      : {
          transformInput: async ({ ctx, steps }): Promise<object | undefined> => {
            const context = ctx as unknown as MiddlewareRunContext;
            return (await transformInput({ ctx: context, steps, fn, reqArgs })) ?? undefined;
          },
        }),
    ...(transformOutput === undefined
      ? {}
      : {
          transformOutput: async ({ step, isFinal = false, ...result }): Promise<object> => {
            const failure = isFinal ? "StepFailed" : "StepError";
            const op = result.error === undefined ? "StepRun" : failure;
            const output = await transformOutput({
              result,
              ...(step === undefined ? {} : { step: stepView(step, op) }),
            });
            return { ...result, ...output?.result };
          },
        }),
    ...(finished === undefined
      ? {}
      : {
          finished: ({ isFinal: _isFinal, ...result }): Promise<void> | void =>
            finished({ result }),
        }),
    ...(beforeMemoization === undefined ? {} : { beforeMemoization }),
    ...(afterMemoization === undefined ? {} : { afterMemoization }),
    ...(beforeExecution === undefined ? {} : { beforeExecution }),
    ...(afterExecution === undefined ? {} : { afterExecution }),
    ...(beforeResponse === undefined ? {} : { beforeResponse }),
  };
}

function stepView(step: StepScope, op: MiddlewareStep["op"]): MiddlewareStep {
  const { id, hashedId, name, stepType, input } = step;
  const opts = input.length === 0 ? {} : { input };
  return { id: hashedId, name: id, displayName: name, stepType, op, opts };
}

function invocationHooks({ onSendEvent }: MiddlewareRegisterReturn): ExecutionHooks {
  if (onSendEvent === undefined) return {};
  return {
    transformStepInput: async (step, input) => {
      // The payload of a step that is done went out long ago.
      if (step.stepType !== "invoke" || step.isMemoized) return input;
      const hooks = await onSendEvent();
      const [options] = input as readonly [{ readonly payload: Omit<EventObject, "name"> }];
      const payload = { ...options.payload, name: "inngest/function.invoked" };
      const changed = await hooks?.transformInput?.({ payloads: [payload] });
      const [event] = changed?.payloads ?? [];
      if (event === undefined) return input;
      const { name: _name, ...rest } = event as EventObject;
      return [{ ...options, payload: { ...options.payload, ...rest } }];
    },
  };
}
