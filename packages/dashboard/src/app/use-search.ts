// Reading and changing what is behind "?" of the current page.
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Search } from "../data/search-params.ts";

/**
 * Returns a function that changes some fields of the search and keeps the others; undefined takes a field away.
 * The history gets no entry: use it for filters and tabs, and links for going somewhere.
 */
export function useSearchPatch<Fields extends object>(): (fields: Partial<Fields>) => void {
  const navigate = useNavigate();
  return useCallback(
    (fields) => {
      const merge = (search: Search): Search => ({ ...search, ...fields });
      void navigate({ to: ".", search: merge as never, replace: true });
    },
    [navigate],
  );
}
