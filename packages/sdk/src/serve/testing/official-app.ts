// The same app on the official SDK (v4), served over web requests: the second opinion on everything that goes over the wire.
import { Inngest } from "inngest4";
import { serve } from "inngest4/edge";

export interface OfficialApp {
  readonly handle: (request: Request) => Promise<Response>;
  /** Requests that the SDK sent to the engine. */
  readonly sent: { readonly url: string; readonly init: RequestInit }[];
}

/** The official adapter wants the header that a socket would have brought. */
function withHost(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set("host", new URL(request.url).host);
  return new Request(request, { headers });
}

export function makeOfficialApp(options: {
  readonly isDev: boolean;
  readonly signingKey?: string;
  readonly signingKeyFallback?: string;
  readonly eventKey?: string;
  readonly answer?: (url: string) => Response;
  readonly enableUnauthedSync?: boolean;
  readonly servePath?: string;
}): OfficialApp {
  const sent: { url: string; init: RequestInit }[] = [];
  const silent = (): void => undefined;
  const { signingKey, signingKeyFallback, eventKey, answer = () => new Response("{}") } = options;
  const client = new Inngest({
    id: "app",
    isDev: options.isDev,
    baseUrl: "http://engine.test",
    logger: { info: silent, warn: silent, error: silent, debug: silent },
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(signingKeyFallback === undefined ? {} : { signingKeyFallback }),
    ...(eventKey === undefined ? {} : { eventKey }),
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      sent.push({ url, init: init ?? {} });
      return Promise.resolve(answer(url));
    },
  });
  const hello = client.createFunction(
    { id: "hello", triggers: [{ event: "test/event" }] },
    ({ runId }) => runId,
  );
  const { enableUnauthedSync, servePath } = options;
  const handle = serve({
    client,
    functions: [hello],
    ...(enableUnauthedSync === undefined ? {} : { enableUnauthedSync }),
    ...(servePath === undefined ? {} : { servePath }),
  });
  return { handle: (request) => handle(withHost(request)), sent };
}
