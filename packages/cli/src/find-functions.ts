// Which functions people mean: they give a function's id in the app, app and id joined by a dash, or its name.
import type { ApiClient } from "./api-client.ts";
import { printable } from "./printable.ts";
import { listFunctions } from "./run-queries.ts";
import { suggest } from "./suggest.ts";
import { CommandError } from "./usage-error.ts";

export interface FoundFunction {
  readonly id: string;
  readonly slug: string;
}

/** At least one. @throws CommandError that names those there are. */
export async function findFunctions(
  client: ApiClient,
  wanted: string,
): Promise<readonly FoundFunction[]> {
  const functions = await listFunctions(client);
  const exact = functions.filter(({ id, slug }) => slug === wanted || id === wanted);
  const matches =
    exact.length > 0
      ? exact
      : functions.filter(({ slug, name }) => name === wanted || slug.endsWith(`-${wanted}`));
  if (matches.length > 0) {
    return matches;
  }
  const slugs = functions.map(({ slug }) => slug).toSorted();
  const shortIds = slugs.map((slug) => slug.slice(slug.indexOf("-") + 1));
  const known = slugs.length === 0 ? "no function is registered yet" : slugs.join(", ");
  throw new CommandError(
    printable(
      `There is no function "${wanted}".${suggest(wanted, [...slugs, ...shortIds])} Known: ${known}`,
    ),
  );
}

/** @throws CommandError when several functions fit. */
export async function findFunction(client: ApiClient, wanted: string): Promise<FoundFunction> {
  const [found, ...more] = await findFunctions(client, wanted);
  if (found !== undefined && more.length === 0) {
    return found;
  }
  const slugs = [found, ...more].map((each) => each?.slug ?? "").join(", ");
  throw new CommandError(printable(`"${wanted}" fits several functions: use one of ${slugs}.`));
}
