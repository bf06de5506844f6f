// Loads the chart library when the first chart is shown. It formats numbers by the browser's language at load and fails for good
// when that is no language tag ("en-US@posix", as Chromium has it under LANG=C), so such a language is replaced before.
import type uPlot from "uplot";

type Uplot = typeof uPlot;

let loading: Promise<Uplot> | undefined;

export function loadUplot(): Promise<Uplot> {
  return (loading ??= load());
}

async function load(): Promise<Uplot> {
  if (!isLanguageTag(navigator.language)) {
    Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
  }
  const module = await import("uplot");
  return module.default;
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
