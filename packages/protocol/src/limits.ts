// Every bound of Everstep in one place, each with its source or reason. Configurable ones are read through `Limits`.
// Products are written out: the types of @everstep/embedded are made file by file, and a product has no type without a compiler.

export const LIMITS = {
  /** Absolute event size (server.md 1.2). */
  eventBytesMax: 3_145_728, // 3 MiB
  eventsPerRequestMax: 5_000,
  eventNameCharsMax: 512,
  eventMetaBytesMax: 32_768, // 32 KiB
  /** 5,000 events of modest size; larger requests are split by the sender. */
  requestBodyBytesMax: 67_108_864, // 64 MiB
  /** Hostile nesting would overflow the stack of everything that walks a value. */
  jsonDepthMax: 1_000,
  eventSessionsMax: 5,
  sessionKeyBytesMax: 128,
  sessionIdBytesMax: 512,
  /** Events may be dated from 1980 to 2100 (server.md 1.2). */
  eventTsMsMin: 315_532_800_000,
  eventTsMsMax: 4_102_444_800_000,
  /** A signature older (or newer) than this is refused (protocol.md 2.4). */
  signatureAgeMsMax: 300_000,
  triggerNameCharsMax: 255,
  triggersMax: 10,
  cancelRulesMax: 5,
  concurrencyRulesMax: 2,
  cronCharsMax: 255,
  jitterMsMin: 1_000,
  jitterMsMax: 300_000,
  retriesDefault: 4,
  retriesMax: 20,
  stepOutputBytesMax: 4_194_304, // 4 MiB
  stepInputBytesMax: 4_194_304, // 4 MiB
  runStateBytesMax: 33_554_432, // 32 MiB
  /** Official: 1,000 (10,000 absolute). Ours is flat per step, so the bound is only against runaway loops. */
  stepsPerRunMax: 100_000,
  opsPerResponseMax: 1_000,
  /** Lines of one answer or op; our SDK sends at most 201. */
  logLinesPerMessageMax: 250,
  logMessageCharsMax: 4_000,
  /** Our SDK cuts fields at 8,000 characters before they are written once more as JSON text. */
  logFieldsCharsMax: 20_000,
  /** Later lines of a run are counted and not kept. */
  logLinesPerRunMax: 10_000,
  callBodyBytesMax: 4_194_304, // 4 MiB
  callResponseBytesMax: 8_388_608, // 8 MiB
  callTimeoutMs: 7_200_000, // 2 hours
  callRedirectsMax: 10,
  callsInFlightPerAppMax: 500,
  sleepMsMax: 31_622_400_000, // 366 days
  waitDefaultMs: 31_536_000_000, // 365 days
  retryAfterMsMin: 1_000,
  retryAfterMsMax: 86_400_000,
  idempotencyMs: 86_400_000,
  expressionCharsMax: 8_192,
  signalNameCharsMax: 512,
  debounceMsMin: 1_000,
  debounceMsMax: 604_800_000, // 7 days
  rateLimitPeriodMsMax: 86_400_000,
  batchSizeMin: 2,
  batchTimeoutMsMin: 1_000,
} as const;

/** The bounds that an operator may change. */
export interface Limits {
  readonly stepsPerRunMax: number;
  readonly callsInFlightPerAppMax: number;
  readonly callTimeoutMs: number;
}
