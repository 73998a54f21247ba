// What a trial reports, from the two places where it may: lines of its output that match an expression, and the JSON lines
// of its metrics file. A metric that has an expression is taken from the output, any other from the file, so that what a
// metric's points are, and in which order, never depends on which place was read first.
import { linePattern } from "./line-pattern.ts";
import type { MetricExpression, OutputMetrics } from "./output-metrics.ts";
import type { Point } from "./point.ts";
import { reportsOfPreset } from "./presets.ts";
import { parseReported } from "./reported-number.ts";

export interface Report {
  readonly name: string;
  readonly value: number;
  /** Absent: the next one after the last. */
  readonly step?: number;
}

/** What the first node's program prints. */
export const outputName = "stdout.txt";

/** Where `$AZ_BATCHAI_METRICS_FILE` lies beside the output. */
export const metricsFileName = "metrics.jsonl";

/** A report that names no step is of the one after the last. @param last of its name. @returns its step, and the last from then on. */
function stepAfter(last: number | undefined, said: number | undefined) {
  const step = said ?? (last ?? 0) + 1;
  return { step, last: Math.max(step, last ?? step) };
}

/**
 * Reports in their order, each with its step. @param lasts the last step of each name, which goes on with them. @param mostNames reports of
 * names beyond that are left out.
 */
export function withSteps(
  reports: readonly Report[],
  lasts: Map<string, number>,
  mostNames = Number.POSITIVE_INFINITY,
): readonly Required<Report>[] {
  return reports.flatMap(({ name, value, step: said }) => {
    if (!lasts.has(name) && lasts.size >= mostNames) return [];
    const { step, last } = stepAfter(lasts.get(name), said);
    lasts.set(name, last);
    return [{ name, value, step }];
  });
}

/** The points of each name, in the order of the first of each. */
export function pointsByName(
  reports: readonly Required<Report>[],
): readonly { readonly name: string; readonly points: readonly Point[] }[] {
  const points = new Map<string, Point[]>();
  for (const { name, step, value } of reports) {
    const others = points.get(name);
    if (others === undefined) points.set(name, [{ step, value }]);
    else others.push({ step, value });
  }
  return [...points].map(([name, found]) => ({ name, points: found }));
}

const longestName = 256;
/** A series for each would fill the tables; a program that reports more has a name for every step. */
export const mostMetrics = 200;

/** Of a job of its own or of a sweep. */
export type AskedMetrics = { readonly [Name in keyof OutputMetrics]: Readonly<OutputMetrics[Name]> };

/** A metric that has an expression is taken by that, and not by a preset. */
export function reportsInOutput(text: string, { metrics, presets }: AskedMetrics): readonly Report[] {
  const patterns = metrics.map(({ name, expression }) => ({ name, match: linePattern(expression) }));
  const named = new Set(metrics.map(({ name }) => name));
  return linesOf(text).flatMap((line) => [
    ...patterns.flatMap(({ name, match }): Report[] => {
      const found = match(line);
      return found === undefined ? [] : [report(name, found.value, found.step)];
    }),
    ...presets
      .flatMap((preset) => reportsOfPreset(preset, line))
      .filter(({ name }) => name.length <= longestName && !named.has(name)),
  ]);
}

export interface FileReports {
  readonly reports: readonly Report[];
  /** Lines that are no report. */
  readonly unreadable: number;
}

export function reportsInFile(text: string, expressions: readonly MetricExpression[]): FileReports {
  const fromOutput = new Set(expressions.map(({ name }) => name));
  const lines = linesOf(text).filter((line) => line.trim() !== "");
  const read = lines.map(readLine);
  const reports = read.filter((found) => found !== undefined);
  return {
    reports: reports.filter(({ name }) => !fromOutput.has(name)),
    unreadable: read.length - reports.length,
  };
}

function readLine(line: string): Report | undefined {
  const found = parseJsonLine(line);
  if (typeof found !== "object" || found === null) return undefined;
  const { name, value, step } = found as { name?: unknown; value?: unknown; step?: unknown };
  if (typeof name !== "string" || name === "" || name.length > longestName) return undefined;
  const number =
    typeof value === "number" ? value : typeof value === "string" ? parseReported(value) : undefined;
  return number === undefined ? undefined : report(name, number, typeof step === "number" ? step : undefined);
}

/** Python's `json` writes NaN and Infinity as they are, which JSON does not know. */
function parseJsonLine(line: string): unknown {
  for (const text of [line, line.replaceAll(/(?<=[:\s])(-?Infinity|NaN)(?=\s*[,}])/g, '"$1"')]) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The second spelling, or none.
    }
  }
  return undefined;
}

function report(name: string, value: number, step: number | undefined): Report {
  const isStep = step !== undefined && Number.isSafeInteger(step) && step >= 0;
  return { name, value, ...(isStep ? { step } : {}) };
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

/** The part of a text that ends with a line's end: what comes after is not written to its end yet. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
