// Frameworks with file routes import one function per method.

/** The handler under each method that engines use. */
export interface MethodExports<THandler> {
  readonly GET: THandler;
  readonly POST: THandler;
  readonly PUT: THandler;
}

/** The handler itself, which also carries itself under each method that engines use. */
export function withMethods<THandler extends (...args: never[]) => unknown>(
  handler: THandler,
): THandler & MethodExports<THandler> {
  return Object.assign(handler, { GET: handler, POST: handler, PUT: handler });
}
