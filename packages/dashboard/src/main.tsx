// Starts the page: the cache, the live stream, the router. Nothing else has an effect when it is imported.
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preloadPages } from "./app/lazy-page.ts";
import { router } from "./app/router.tsx";
import { Toasts } from "./components/toast.tsx";
import { startLiveUpdates } from "./data/live-updates.ts";
import { queryClient } from "./data/queries.ts";
import "./styles/tokens.css";
import "./styles/base.css";

/** By then the first page has what it needs. */
const PRELOAD_AFTER_MS = 3_000;

startLiveUpdates();
setTimeout(preloadPages, PRELOAD_AFTER_MS);
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
