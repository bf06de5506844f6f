// Public names of the command: for programs that run it, or a server, inside themselves.
export { createLog, type LogLevel, type LogOptions } from "./log.ts";
export { openServer, type OpenServer } from "./open-server.ts";
export type { ServeSettings } from "./serve-settings.ts";
export { main, processIo } from "./main.ts";
export { stopWhenAsked, type StopOptions } from "./stop-when-asked.ts";
export type { Io, Output, StopSignal } from "./io.ts";
