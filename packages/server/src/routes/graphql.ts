// POST /v0/gql: hands the request to the GraphQL API, with its body already read under our cap.
import { EverstepError } from "@everstep/protocol";
import { readText } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";

/** The request's body is complete and within the server's cap. */
export type GraphqlRoute = (request: Request) => Response | Promise<Response>;

const BODY_BYTES_MAX = 4 * 1024 * 1024;

export function graphqlRoutes({ graphql }: { readonly graphql: GraphqlRoute }): Route[] {
  return [
    {
      method: "POST",
      path: "/v0/gql",
      access: "key",
      handle: async (context) => {
        const contentType = context.req.header("content-type") ?? "";
        // A page could send other types without asking first (CORS), which JSON it cannot.
        if (!/\bjson\b/i.test(contentType)) {
          throw new EverstepError(
            "body_invalid",
            `The content type is "${contentType.slice(0, 60)}": send GraphQL requests as application/json.`,
          );
        }
        const body = await readText(context.env.incoming, BODY_BYTES_MAX);
        return graphql(
          new Request(context.req.url, {
            method: "POST",
            headers: { "content-type": contentType },
            body,
          }),
        );
      },
    },
  ];
}
