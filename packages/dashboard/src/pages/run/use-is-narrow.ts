// Whether steps and detail stand below each other, as run.css has it at the same width.
import { useSyncExternalStore } from "react";

const narrow = matchMedia("(max-width: 1000px)");

export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener("change", listener);
      return () => narrow.removeEventListener("change", listener);
    },
    () => narrow.matches,
  );
}
