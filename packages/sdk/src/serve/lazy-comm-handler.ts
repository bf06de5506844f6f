// InngestCommHandler of the main entry, where existing apps import it. What answers calls is as large as all the rest of that
// entry, so it is loaded with the first request and not carried by apps that use an adapter. comm-handler.ts is the class itself.
import type { CommHandler, CommHandlerOptions } from "./comm-handler.ts";

/**
 * Makes a serve handler for any framework, like the class of `everstep/comm-handler`. It loads with the first request what
 * answers it: options that cannot work, which the other class throws at once, reject the handler's promises here, and a dev app
 * registers itself with its first request in any case.
 *
 * @example
 * const serve = (options: RegisterOptions) =>
 *   new InngestCommHandler({
 *     frameworkName: "my-framework",
 *     ...options,
 *     handler: (request: Request) => ({
 *       body: () => request.text(),
 *       headers: (name) => request.headers.get(name),
 *       method: () => request.method,
 *       url: () => new URL(request.url),
 *       transformResponse: ({ body, status, headers }) => new Response(body, { status, headers }),
 *     }),
 *   }).createHandler();
 */
export class InngestCommHandler<
  TInput extends readonly unknown[] = unknown[],
  TOutput = unknown,
  TStreamOutput = TOutput,
> {
  readonly #options: CommHandlerOptions<TInput, TOutput, TStreamOutput>;

  constructor(options: CommHandlerOptions<TInput, TOutput, TStreamOutput>) {
    this.#options = options;
  }

  /** The handler to mount in the framework; its type may be named where the framework asks for one. */
  createHandler<
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- existing apps name the type here
    THandler extends (...args: never[]) => unknown = CommHandler<TInput, TOutput | TStreamOutput>,
  >(): THandler {
    let opened: Promise<CommHandler<TInput, TOutput | TStreamOutput>> | undefined;
    const handle: CommHandler<TInput, TOutput | TStreamOutput> = async (...args) => {
      // What failed is tried again with the next request.
      opened ??= this.#open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return (await opened)(...args);
    };
    return handle as unknown as THandler;
  }

  async #open(): Promise<CommHandler<TInput, TOutput | TStreamOutput>> {
    const { InngestCommHandler: Handler } = await import("./comm-handler.ts");
    return new Handler(this.#options).createHandler();
  }
}
