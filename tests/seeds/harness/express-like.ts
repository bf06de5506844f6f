// The little that samples use of Express: routes are kept, a request is made by calling one.

export type Route = (
  request: { readonly body: unknown },
  response: { readonly json: (body: unknown) => void },
) => Promise<void>;

export interface ExpressLike {
  readonly app: { readonly post: (path: string, route: Route) => void };
  /** In the order they were declared. */
  readonly routes: readonly { readonly path: string; readonly route: Route }[];
  /** @returns What the route answered as JSON. */
  call(index: number, body: unknown): Promise<unknown>;
}

export function createExpressLike(): ExpressLike {
  const routes: { readonly path: string; readonly route: Route }[] = [];
  return {
    routes,
    app: { post: (path, route) => void routes.push({ path, route }) },
    async call(index, body) {
      const answers: unknown[] = [];
      await routes[index]?.route({ body }, { json: (answer) => void answers.push(answer) });
      return answers[0];
    },
  };
}
