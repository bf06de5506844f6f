// Counts, shares and sizes as people read them.

const WHOLE = new Intl.NumberFormat();
const COMPACT = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** "12,345" */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** "12.3K": for places that are too small for the whole number. */
export function compactCount(count: number): string {
  return COMPACT.format(count);
}

/** A share of 0 to 1 as "99.2 %"; never rounded up to 100 %, so that one failure in a million stays visible. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent >= 100) return "100 %";
  if (percent > 99.9) return "99.9 %";
  return `${percent >= 10 || percent === 0 ? percent.toFixed(percent === 0 ? 0 : 1) : percent.toFixed(2)} %`;
}

/** "512 B", "3.4 kB", "1.2 MB" (powers of 1000). */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
