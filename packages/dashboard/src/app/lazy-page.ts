// Pages whose code is loaded when they are wanted, or a little after the first page has settled: so that a server that is
// restarted meanwhile, as dev servers are all day, does not take the other pages away.
import { lazyRouteComponent } from "@tanstack/react-router";

/** The code of a page cannot be had: the server does not answer, or has other files since it was updated. */
export class PageUnreachableError extends Error {
  constructor(cause: unknown) {
    super("Its code cannot be loaded: the server does not answer, or was updated.", { cause });
    this.name = "PageUnreachableError";
  }
}

const preloads: (() => Promise<void> | undefined)[] = [];

/** As `lazyRouteComponent`, which by itself would reload the document, and so end on the browser's own error page. */
export function lazyPage<Module extends object, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
) {
  const component = lazyRouteComponent(
    (): Promise<Module> =>
      load().catch((error: unknown) => {
        throw new PageUnreachableError(error);
      }),
    name,
  );
  preloads.push(() => component.preload?.());
  return component;
}

/** Loads what is not there yet; what fails is tried again when it is wanted. */
export function preloadPages(): void {
  for (const preload of preloads) void preload();
}
