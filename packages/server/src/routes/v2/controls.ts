// REST v2: what operators decide about a function while it runs. Pause, resume, limits in place of the code's, and the audit.
import type { FunctionRecord } from "@everstep/core";
import type { Engine } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import * as v from "valibot";
import { controlAudit, functionControls, limitPatch } from "../../rest-v2/controls-schemas.ts";
import { functionField, limitField } from "../../rest-v2/fields.ts";
import { auditView, controlsView } from "../../rest-v2/limits-view.ts";
import { operation, type Operation } from "../../rest-v2/operation.ts";

const PATCH_BYTES_MAX = 64 * 1024;
const AUDITS_DEFAULT = 20;
const AUDITS_MAX = 100;

export function controlOperations({ engine }: { readonly engine: Engine }): Operation[] {
  const common = {
    tag: "Functions",
    params: { functionId: functionField },
    query: {},
    data: functionControls,
  } as const;
  return [
    ...pauseOperations(engine),
    operation({
      ...common,
      id: "getFunctionLimits",
      method: "GET",
      path: "/functions/{functionId}/limits",
      summary: "The limits of a function: in force, in its code, and which are overridden",
      errors: ["function_not_found"],
      handle: async ({ params }) => readControls(engine, getFunction(engine, params.functionId)),
    }),
    operation({
      ...common,
      id: "setFunctionLimits",
      method: "PATCH",
      path: "/functions/{functionId}/limits",
      summary: "Change limits of a function while it runs",
      description:
        "In force at once, kept over syncs and restarts until changed again, and entered in the audit.",
      body: { schema: limitPatch, bytesMax: PATCH_BYTES_MAX },
      errors: ["function_not_found", "argument_invalid", "body_invalid"],
      handle: async ({ params, actor, readBody }) => {
        const fn = getFunction(engine, params.functionId);
        await engine.setLimits({ functionId: fn.id, patch: await readBody(), actor });
        return readControls(engine, fn);
      },
    }),
    operation({
      ...common,
      id: "listFunctionAudit",
      method: "GET",
      path: "/functions/{functionId}/audit",
      summary: "Pauses, resumes and changes of limits of a function, newest first",
      query: { limit: limitField(AUDITS_DEFAULT, AUDITS_MAX) },
      data: v.array(controlAudit),
      errors: ["function_not_found"],
      handle: async ({ params, query }) => {
        const fn = getFunction(engine, params.functionId);
        const audits = await engine.audits(fn.id, query.limit);
        return audits.map(auditView);
      },
    }),
  ];
}

function pauseOperations(engine: Engine): Operation[] {
  return (["pause", "resume"] as const).map((verb) =>
    operation({
      id: `${verb}Function`,
      method: "POST",
      path: `/functions/{functionId}/${verb}`,
      tag: "Functions",
      summary:
        verb === "pause"
          ? "Pause a function: events that come are skipped, its runs wait"
          : "Resume a paused function: its runs go on",
      params: { functionId: functionField },
      query: {},
      data: functionControls,
      errors: ["function_not_found"],
      handle: async ({ params, actor }) => {
        const fn = getFunction(engine, params.functionId);
        await engine.setPaused({ functionId: fn.id, isPaused: verb === "pause", actor });
        return readControls(engine, fn);
      },
    }),
  );
}

function readControls(engine: Engine, fn: FunctionRecord): v.InferOutput<typeof functionControls> {
  const effective = engine.effectiveFunction(fn.id)?.function ?? fn;
  // Read again: a sync may have changed the code since it was looked up.
  const code = engine.findFunction(fn.id) ?? fn;
  return controlsView({ code, effective, control: engine.control(fn.id) });
}

/** @param idOrSlug Of a live function, or the id of an archived one, whose runs still go on. */
function getFunction(engine: Engine, idOrSlug: string): FunctionRecord {
  const found =
    engine.functions().find(({ config }) => config.slug === idOrSlug) ??
    engine.findFunction(idOrSlug);
  if (found !== undefined) return found;
  throw new EverstepError("function_not_found", unknownFunction(engine, idOrSlug));
}

const SLUGS_TOLD_MAX = 10;

function unknownFunction(engine: Engine, idOrSlug: string): string {
  const slugs = engine.functions().map(({ config }) => config.slug);
  const known =
    slugs.length === 0
      ? "no app is synced yet"
      : `use the id or slug of one of ${slugs.slice(0, SLUGS_TOLD_MAX).join(", ")}${slugs.length > SLUGS_TOLD_MAX ? `, and ${slugs.length - SLUGS_TOLD_MAX} more` : ""}`;
  return `There is no function "${idOrSlug.slice(0, 100)}": ${known}.`;
}
