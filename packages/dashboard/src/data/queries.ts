// What the pages read, through one cache. The key of a query is its route and request, so nobody keeps a list of keys:
// live-updates.ts knows by the route what a change of a run or an event makes stale.
import {
  infiniteQueryOptions,
  QueryClient,
  type Query,
  type QueryFunction,
  type InfiniteData,
  type QueryKey,
} from "@tanstack/react-query";
import type { AnswerOf, PagedEnvelope, PathOf, RouteAt } from "@everstep/api";
import { ApiError, get, type RequestOf } from "./api-client.ts";

const RETRIES = 2;

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The stream says when something is stale.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        count < RETRIES && error instanceof ApiError && (error.status === 0 || error.status >= 500),
      retryDelay: 500,
    },
  },
});

type Answer<Path extends PathOf<"GET">> = AnswerOf<RouteAt<"GET", Path>>;
type PagedPath = {
  [Path in PathOf<"GET">]: Answer<Path> extends PagedEnvelope<unknown> ? Path : never;
}[PathOf<"GET">];

export interface Reading<Data> {
  readonly queryKey: QueryKey;
  readonly queryFn: QueryFunction<Data>;
}

/** For useQuery: one answer of a GET route. `select` its `data` where the envelope is not needed. */
export function read<Path extends PathOf<"GET">>(
  path: Path,
  request: RequestOf<RouteAt<"GET", Path>>,
): Reading<Answer<Path>> {
  // Beyond its type, so that useQuery infers the data from the function alone.
  const placeholderData = <Data>(previous: Data, before?: Query): Data | undefined =>
    isSameThing(before, request) ? previous : undefined;
  const reading: Reading<Answer<Path>> & { placeholderData: unknown } = {
    queryKey: [path, request],
    queryFn: ({ signal }) => get(path, request, signal),
    placeholderData,
  };
  return reading;
}

/** For useInfiniteQuery: the pages of a paged GET route, read on by its cursor. */
export function readPages<Path extends PagedPath>(
  path: Path,
  request: RequestOf<RouteAt<"GET", Path>>,
) {
  type Page = Answer<Path> & PagedEnvelope<unknown>;
  const { query } = request as { query?: object };
  return infiniteQueryOptions({
    queryKey: [path, request, "pages"] as QueryKey,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const paged = { ...request, query: { ...query, cursor: pageParam } };
      return (await get(path, paged as RequestOf<RouteAt<"GET", Path>>, signal)) as Page;
    },
    placeholderData: (previous: InfiniteData<Page, string | undefined> | undefined, before) =>
      isSameThing(before, request) ? previous : undefined,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ page }: Page) => (page.hasMore ? page.cursor : undefined),
  });
}

/**
 * While the answer to other filters is read, the rows of the last ones stay on screen; but never the data of one run or
 * function under the name of another.
 */
function isSameThing(
  query: { readonly queryKey: readonly unknown[] } | undefined,
  request: object,
): boolean {
  const before = query?.queryKey[1] as { params?: object } | undefined;
  const { params } = request as { params?: object };
  return JSON.stringify(before?.params) === JSON.stringify(params);
}
