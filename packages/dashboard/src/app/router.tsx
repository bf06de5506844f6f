// Every address of the dashboard and the page behind it. Pages are loaded when they are first wanted, and what the slow ones
// are sure to ask for is asked meanwhile. What is behind "?" is read by each page's own `*-search.ts`, so that a strange URL
// never breaks a page.
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { queryClient, read } from "../data/queries.ts";
import { parseSearch, stringifySearch, textOf } from "../data/search-params.ts";
import { parseAppsSearch } from "../pages/apps/apps-search.ts";
import { parseEventSearch } from "../pages/event/event-search.ts";
import { parseEventsSearch } from "../pages/events/events-search.ts";
import { parseFailuresSearch } from "../pages/failures/failures-search.ts";
import { parseFunctionSearch } from "../pages/function/function-search.ts";
import { parseFunctionsSearch } from "../pages/functions/functions-search.ts";
import { parseRunSearch } from "../pages/run/run-search.ts";
import { traceQuery } from "../pages/run/trace-query.ts";
import { RunsPage } from "../pages/runs/runs-page.tsx";
import { roundedNowMs, runsQuery } from "../pages/runs/runs-query.ts";
import { parseRunsUrl, toRunsUrl } from "../pages/runs/runs-search.ts";
import { Layout } from "./layout.tsx";
import { lazyPage } from "./lazy-page.ts";
import { LoadFailed, NotFound } from "./page-states.tsx";

const root = createRootRoute({
  component: Layout,
  notFoundComponent: NotFound,
  errorComponent: LoadFailed,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    redirect({ to: "/runs", replace: true, throw: true });
  },
});
const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: (search) => toRunsUrl(parseRunsUrl(search)),
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    void queryClient.prefetchInfiniteQuery(runsQuery(parseRunsUrl({ ...deps }), roundedNowMs()));
  },
  // With the shell: it is what people open first, and most of what it is made of other pages need, too.
  component: RunsPage,
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: parseRunSearch,
  loader: ({ params: { runId } }) => {
    void queryClient.prefetchQuery(read("/runs/{runId}", { params: { runId }, query: {} }));
    void queryClient.prefetchQuery(traceQuery(runId));
  },
  component: lazyPage(() => import("../pages/run/run-page.tsx"), "RunPage"),
});
/** Addresses of the official dev server, which are in people's notes and logs. */
const officialRun = createRoute({
  getParentRoute: () => root,
  path: "/run",
  validateSearch: (search) => ({ runID: textOf(search["runID"]) }),
  beforeLoad: ({ search: { runID } }) => {
    if (runID === undefined) redirect({ to: "/runs", replace: true, throw: true });
    else redirect({ to: "/runs/$runId", params: { runId: runID }, replace: true, throw: true });
  },
});
const compare = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId/compare/$otherId",
  component: lazyPage(() => import("../pages/compare/compare-page.tsx"), "ComparePage"),
});
const functions = createRoute({
  getParentRoute: () => root,
  path: "/functions",
  validateSearch: parseFunctionsSearch,
  component: lazyPage(() => import("../pages/functions/functions-page.tsx"), "FunctionsPage"),
});
const oneFunction = createRoute({
  getParentRoute: () => root,
  path: "/functions/$functionId",
  validateSearch: parseFunctionSearch,
  component: lazyPage(() => import("../pages/function/function-page.tsx"), "FunctionPage"),
});
const events = createRoute({
  getParentRoute: () => root,
  path: "/events",
  validateSearch: parseEventsSearch,
  component: lazyPage(() => import("../pages/events/events-page.tsx"), "EventsPage"),
});
const event = createRoute({
  getParentRoute: () => root,
  path: "/events/$eventId",
  validateSearch: parseEventSearch,
  component: lazyPage(() => import("../pages/event/event-page.tsx"), "EventPage"),
});
const failures = createRoute({
  getParentRoute: () => root,
  path: "/failures",
  validateSearch: parseFailuresSearch,
  component: lazyPage(() => import("../pages/failures/failures-page.tsx"), "FailuresPage"),
});
const apps = createRoute({
  getParentRoute: () => root,
  path: "/apps",
  validateSearch: parseAppsSearch,
  component: lazyPage(() => import("../pages/apps/apps-page.tsx"), "AppsPage"),
});
const schedules = createRoute({
  getParentRoute: () => root,
  path: "/schedules",
  component: lazyPage(() => import("../pages/schedules/schedules-page.tsx"), "SchedulesPage"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyPage(() => import("../pages/settings/settings-page.tsx"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    runs,
    run,
    officialRun,
    compare,
    functions,
    oneFunction,
    events,
    event,
    failures,
    apps,
    schedules,
    settings,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  // Data is kept by the query cache, not by the router.
  defaultPreloadStaleTime: 0,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
