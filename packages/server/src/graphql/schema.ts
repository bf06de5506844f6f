// The GraphQL schema, built once on first use: it is not needed to serve apps, so starting up does not pay for it.
import { buildSchema, type GraphQLSchema } from "graphql";
import { APP_SCHEMA } from "./app-schema.ts";
import { EVENT_SCHEMA, OPERATION_SCHEMA } from "./event-schema.ts";
import { RUN_SCHEMA } from "./run-schema.ts";
import { installScalars } from "./scalars.ts";

let built: GraphQLSchema | undefined;

/** The schema of `/v0/gql`. */
export function runHistorySchema(): GraphQLSchema {
  if (built === undefined) {
    built = buildSchema(APP_SCHEMA + RUN_SCHEMA + EVENT_SCHEMA + OPERATION_SCHEMA);
    installScalars(built);
  }
  return built;
}
