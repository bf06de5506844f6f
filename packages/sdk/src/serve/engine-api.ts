// Requests from the app to the engine's API: bearer of the signing key, the fallback key when the first is refused, a bounded
// time for each attempt. Retries are the caller's decision.
import { findAttachedEngine } from "../client/attached-engine.ts";
import type { ServeSettings } from "./serve-settings.ts";
import { hashSigningKey } from "./signature.ts";

/** A request to the API of the engine. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** Path with query, from the root of the API. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
  readonly timeoutMs: number;
}

export type EngineApi = (request: ApiRequest) => Promise<Response>;

export function createEngineApi(
  settings: Pick<
    ServeSettings,
    "apiBaseUrl" | "fetch" | "mode" | "signingKey" | "signingKeyFallback"
  >,
): EngineApi {
  const attached = findAttachedEngine(settings);
  if (attached !== undefined) return (request) => attached.request(request);
  const { apiBaseUrl, fetch: send } = settings;
  let bearers: ReturnType<typeof bearersOf> | undefined;
  return async (request) => {
    // Hashing keys is not free, and most calls ask the engine for nothing.
    bearers ??= bearersOf(settings);
    const url = new URL(request.path, apiBaseUrl);
    let response: Response | undefined;
    for (const bearer of bearers) {
      response = await send(url, {
        method: request.method,
        headers: {
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: AbortSignal.timeout(request.timeoutMs),
      });
      if (response.status !== 401 && response.status !== 403) break;
    }
    if (response === undefined) throw new Error("No request was sent to the engine.");
    return response;
  };
}

/** At least one entry; undefined stands for a request without a key. */
function bearersOf(
  settings: Pick<ServeSettings, "mode" | "signingKey" | "signingKeyFallback">,
): readonly (string | undefined)[] {
  const keys = [settings.signingKey, settings.signingKeyFallback].filter(
    (key) => key !== undefined,
  );
  const bearers = keys.flatMap((key) => {
    try {
      return [hashSigningKey(key)];
    } catch (error) {
      // A dev server looks at no key, so a placeholder in the environment must not stop anything.
      if (settings.mode === "dev") return [];
      throw error;
    }
  });
  return bearers.length === 0 ? [undefined] : bearers;
}
