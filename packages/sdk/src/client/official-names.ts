// Types that existing apps import by the official SDK's names and that nothing of ours needs under these names. Types only.
import type { AnySchema } from "../schemas/standard-schema.ts";
import type { GroupTools } from "../steps/group-tools.ts";
import type { WireOp } from "../wire/op.ts";

/** One argument of a logger's method. */
export type LogArg = unknown;
/** What a function reports to the engine about one step. */
export type OutgoingOp = WireOp;
/** The type of `group.experiment`. */
export type GroupExperiment = GroupTools["experiment"];
/** Events by name, as `EventSchemas.fromZod` takes them. */
export type ZodEventSchemas = Record<
  string,
  { readonly data?: AnySchema; readonly user?: AnySchema }
>;
/** An event with its name, as the list form of `EventSchemas.fromZod` takes it. */
export type LiteralZodEventSchema = AnySchema;
