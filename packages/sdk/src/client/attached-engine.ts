// The engine of this process, when there is one (embedded mode): what its clients send then reaches it directly, without HTTP.
// Kept on the client under a registered symbol, so that two copies of the package agree about it.
import type { ApiRequest } from "../serve/engine-api.ts";
import type { EventIdSeed } from "./event-id-seed.ts";

/** What a client needs of an engine in its process. */
export interface AttachedEngine {
  /** The engine's time, which events without `ts` get. Epoch ms. */
  nowMs(): number;
  /**
   * Takes events; resolves when they are durable.
   * @param body A JSON array of at most as many events as one request may have.
   * @param seed Fixes the ids, so that a repeated send makes no event twice; undefined where nothing is ever repeated.
   * @returns The ids in order.
   */
  sendEvents(body: string, seed: EventIdSeed | undefined): Promise<readonly string[]>;
  /** Answers what the client asks of the engine's API. */
  request(request: ApiRequest): Promise<Response>;
}

const ENGINE = Symbol.for("everstep.attached-engine");

/**
 * Has a client talk to an engine of this process from now on.
 * @returns How to undo it.
 * @throws Error when the client is attached to another engine.
 */
export function attachEngine(client: { readonly id: string }, engine: AttachedEngine): () => void {
  const current = findAttachedEngine(client);
  if (current !== undefined && current !== engine) {
    throw new Error(
      `The client "${client.id}" belongs to another embedded engine that has not been stopped: stop that one first, or use a client of its own for each engine.`,
    );
  }
  Object.defineProperty(client, ENGINE, { value: engine, configurable: true });
  return () => {
    if (findAttachedEngine(client) === engine) Reflect.deleteProperty(client, ENGINE);
  };
}

export function findAttachedEngine(client: object): AttachedEngine | undefined {
  return (client as { readonly [ENGINE]?: AttachedEngine })[ENGINE];
}
