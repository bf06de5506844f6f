// What a sample finds around it: the package under the name `inngest`, the modules that the documents name, and a service for
// every other name.
import * as everstep from "everstep";
import { z } from "zod";
import { getSample } from "./extract.ts";
import { runSample, type SampleSurroundings } from "./load-sample.ts";
import type { Services } from "./services.ts";

/** What a test gives to a sample in place of the usual. */
export interface Given {
  /** Names that the sample does not declare. */
  readonly names?: Readonly<Record<string, unknown>>;
  /** Modules that it imports, by specifier. */
  readonly modules?: Readonly<Record<string, Record<string, unknown>>>;
}

export async function createSurroundings(
  world: { readonly client: unknown; readonly services: Services },
  given: Given,
): Promise<SampleSurroundings> {
  const { services, client } = world;
  const names: Readonly<Record<string, unknown>> = {
    inngest: client,
    Inngest: everstep.Inngest,
    EventSchemas: everstep.EventSchemas,
    z,
    chunk,
    NextResponse: Response,
    ...given.names,
  };
  const find = (name: string): unknown => (name in names ? names[name] : services.find(name));
  const inngest = names["inngest"];
  const events = await loadEvents();
  const modules: Readonly<Record<string, Record<string, unknown>>> = {
    inngest: { ...everstep },
    "inngest/next": await import("everstep/next"),
    zod: { z },
    "next/server": { NextRequest: Request, NextResponse: Response },
    "../client": { inngest },
    "@/inngest/client": { inngest },
    "../events": events,
    "@/inngest/events": events,
    "@/lib/inngest": { inngest },
    "@/lib/logger": { default: find("logger") },
    "@/lib/stripe": { stripe: find("stripe") },
    "@/lib/db": { db: find("db") },
    "@/lib/email": { sendEmail: find("sendEmail") },
    "../emails/send-welcome-email": { sendWelcomeEmail: find("sendWelcomeEmail") },
    ...given.modules,
  };
  return {
    find,
    importModule(specifier) {
      const found = modules[specifier];
      if (found === undefined) throw new Error(`import: nothing stands for "${specifier}"`);
      return found;
    },
  };
}

/** `../events`: schemas and names of 003#05. */
async function loadEvents(): Promise<Record<string, unknown>> {
  const importModule = (): Record<string, unknown> => ({ z });
  return { ...(await runSample(getSample("003#05"), { importModule, find: () => undefined })) };
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}
