// Figures as people, programs and the documentation read them.
import type { Budget, Figure } from "./figure.ts";
import type { MachineFacts } from "./machine.ts";

const COLUMNS = ["what", "value", "spread", "ceiling", "ratio", "budget", "verdict"] as const;
const USAGE_COLUMNS = ["engine ms/op", "app ms/op", "engine MB"] as const;
type Column = (typeof COLUMNS)[number] | (typeof USAGE_COLUMNS)[number];
type Row = Readonly<Record<Column, string>>;

export function machineText(facts: MachineFacts): string {
  const lines = [
    `${facts.cores} cores (${facts.cpuModel}), ${facts.memoryMb} MB, ${facts.fileSystem}, ` +
      `a 4 KB write with fdatasync ${facts.fsyncMs.toFixed(2)} ms`,
    `commit ${facts.commit}, Node ${facts.node}, SQLite synchronous=${facts.synchronous}, ` +
      `load average ${facts.loadAverage.toFixed(2)}, ${facts.startedAt}`,
    `command: ${facts.command}`,
    ...facts.warnings.map((warning) => `WARNING: ${warning}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** A table for a terminal, with notes below. */
export function figuresText(figures: readonly Figure[]): string {
  const rows = figures.map(toRow);
  const columns: Column[] = [...COLUMNS, ...USAGE_COLUMNS];
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return index === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const notes = figures.flatMap(({ name, note }) =>
    note === undefined ? [] : [`${name}: ${note}`],
  );
  const table = [line(columns), ...rows.map((row) => line(columns.map((column) => row[column])))];
  return `${[...table, ...notes].join("\n")}\n`;
}

/** The table of docs/benchmarks.md, in the form that the formatter leaves alone. */
export function figuresMarkdown(figures: readonly Figure[]): string {
  const columns: Column[] = ["what", "value", "ceiling", "ratio", "budget", "verdict"];
  const rows = figures.map((figure) => ({
    ...toRow(figure),
    what: `${figure.workload}: ${figure.name}`,
  }));
  const widths = columns.map((column) =>
    Math.max(column.length, 3, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  return `${[
    line(columns),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
  ].join("\n")}\n`;
}

function toRow(figure: Figure): Row {
  const { samples, unit, ceiling, ratio, budget } = figure;
  const [low, high] = [Math.min(...samples), Math.max(...samples)];
  return {
    what: figure.name,
    value: `${formatNumber(figure.value)} ${unit}`,
    spread: samples.length > 1 ? `${formatNumber(low)}-${formatNumber(high)}` : "",
    ceiling: ceiling === undefined ? "" : formatNumber(ceiling),
    ratio: ratio === undefined ? "" : ratio.toFixed(2),
    budget: budget === undefined ? "" : budgetText(budget, unit),
    verdict: figure.verdict,
    "engine ms/op": figure.engineCpuMsPerOp?.toFixed(3) ?? "",
    "app ms/op": figure.appCpuMsPerOp?.toFixed(3) ?? "",
    "engine MB": figure.engineRssMb?.toFixed(0) ?? "",
  };
}

function budgetText({ of, atLeast, atMost }: Budget, unit: string): string {
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${formatNumber(atLeast)}`;
  return of === "ratio" ? `${bound} of the ceiling` : `${bound} ${unit}`;
}

/** Three digits are all that a measurement on a shared machine can claim. */
function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
