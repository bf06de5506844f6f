// Flags of the official CLI that mean nothing here: accepted with a note, so that scripts keep working. A flag about where
// data goes says plainly where it goes instead.
import type { Flag } from "./flag.ts";

function withoutEffect(name: string, kind: Flag["kind"], why: string): Flag {
  const unit = kind === "switch" ? {} : { placeholder: "VALUE" };
  return {
    name,
    kind,
    commands: ["dev", "start"],
    ...unit,
    summary: "No effect here.",
    withoutEffect: why,
  };
}

const NO_POOL = "data goes to SQLite under --sqlite-dir, so there is no connection pool";
const NO_CONNECT = "this version has no connect gateway";
const NO_TRACE_EXPORT = "traces are kept in the data file and not exported";

export const FLAGS_WITHOUT_EFFECT: readonly Flag[] = [
  withoutEffect("tick", "number", "the engine wakes when work is due and does not tick"),
  withoutEffect("queue-workers", "number", "calls in flight are bounded for each app instead"),
  {
    ...withoutEffect(
      "postgres-uri",
      "text",
      "PostgreSQL is not supported yet: ALL DATA GOES TO SQLITE under --sqlite-dir",
    ),
    secret: true,
  },
  {
    ...withoutEffect(
      "redis-uri",
      "text",
      "Redis is not used: queue and run state ALSO GO TO SQLITE under --sqlite-dir",
    ),
    secret: true,
  },
  withoutEffect("postgres-max-idle-conns", "number", NO_POOL),
  withoutEffect("postgres-max-open-conns", "number", NO_POOL),
  withoutEffect("postgres-conn-max-idle-time", "number", NO_POOL),
  withoutEffect("postgres-conn-max-lifetime", "number", NO_POOL),
  withoutEffect("connect-gateway-port", "number", NO_CONNECT),
  withoutEffect("connect-gateway-grpc-port", "number", NO_CONNECT),
  withoutEffect("connect-executor-grpc-port", "number", NO_CONNECT),
  withoutEffect("connect-gateway-grpc-ip", "text", NO_CONNECT),
  withoutEffect("connect-executor-grpc-ip", "text", NO_CONNECT),
  withoutEffect("no-ui", "switch", "this version has no dashboard; the GraphQL API stays on"),
  withoutEffect("debug-api-port", "number", "there is no debug API"),
  withoutEffect("system-trace-endpoint", "text", NO_TRACE_EXPORT),
  withoutEffect("system-trace-url-path", "text", NO_TRACE_EXPORT),
];
