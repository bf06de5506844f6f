// What the window is, for the few things that CSS alone cannot do.
import { useSyncExternalStore } from "react";

const phone = matchMedia("(max-width: 640px)");

/** Narrower than 641 pixels: lists show fewer columns. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      phone.addEventListener("change", listener);
      return () => phone.removeEventListener("change", listener);
    },
    () => phone.matches,
  );
}
