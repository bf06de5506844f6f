// `fetch` for code that is not handed the step tools: in a function the request becomes a step, which the engine makes; inside a
// step's callback and outside of functions it is a plain request.
import { findScope } from "../execution/async-context.ts";
import type { StepFetch } from "../steps/fetch-tool.ts";

type Fallback = typeof globalThis.fetch | undefined;

function createDurableFetch(fallback: Fallback): StepFetch {
  const durableFetch = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const scope = findScope();
    if (scope !== undefined && scope.step === undefined) return scope.tools().fetch(input, init);
    if (fallback !== undefined) return fallback(input, init);
    const where =
      scope === undefined ? "outside of a function" : `inside the step "${scope.step?.id}"`;
    throw new Error(
      `fetch was called ${where} and has no fallback: call it in a function outside of its steps, or set one with fetch.config({ fallback }).`,
    );
  };
  return Object.assign(durableFetch, {
    fallback,
    config: (options: { readonly fallback: Fallback }): StepFetch =>
      createDurableFetch(options.fallback),
  });
}

/**
 * A `fetch` that is a step wherever a step can be. Give it to libraries that take a `fetch`.
 *
 * @example
 * const ai = new OpenAI({ fetch });
 * const strict = fetch.config({ fallback: undefined }); // throws where it cannot be a step
 */
export const fetch: StepFetch = createDurableFetch((...args) => globalThis.fetch(...args));
