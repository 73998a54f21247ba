// The page of costs: which period an address names, and how money and hours are told.
import type { CostGrouping, CostReportResponse } from "../../domain/usage/wire.ts";
import { ownVersion, writersOf } from "./command-lines.ts";
import { formats } from "./formats.ts";
import { workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import type { CommandLine } from "./request-lines.ts";

export type Amounts = CostReportResponse["total"]["amounts"];

const hourMs = 3_600_000;
/** Hours; undefined: from the beginning. */
const spans = { "1d": 24, "7d": 7 * 24, "30d": 30 * 24, "90d": 90 * 24, all: undefined } as const;
type Span = keyof typeof spans;
export const periods = Object.keys(spans) as readonly Span[];
export const groupings = ["experiment", "cluster", "user", "job"] as const satisfies readonly CostGrouping[];

/** What an address asks for. */
export interface CostView {
  readonly groupBy: CostGrouping;
  /** Undefined where days are given. */
  readonly period: Span | undefined;
  /** Days such as `2026-11-01`, in UTC; the last one counts. Empty: none. */
  readonly from: string;
  readonly to: string;
}

const dayPattern = /^\d{4}-\d\d-\d\d$/;
const dayOf = (text: string | null) =>
  text !== null && dayPattern.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";

export function viewOf(query: URLSearchParams): CostView {
  const [from, to] = [dayOf(query.get("from")), dayOf(query.get("to"))];
  const asked = periods.find((period) => period === query.get("period"));
  return {
    groupBy: groupings.find((each) => each === query.get("by")) ?? "experiment",
    period: from === "" && to === "" ? (asked ?? "30d") : undefined,
    from,
    to,
  };
}

/** As the service is asked: whole minutes, so that a page that is drawn again asks for the same. */
export function questionOf(view: CostView, nowMs: number): Readonly<Record<string, string>> {
  const minute = Math.floor(nowMs / 60_000) * 60_000;
  const hours = view.period === undefined ? undefined : spans[view.period];
  const isoOf = (ms: number) => new Date(ms).toISOString();
  return {
    groupBy: view.groupBy,
    ...(hours === undefined ? {} : { since: isoOf(minute - hours * hourMs) }),
    ...(view.from === "" ? {} : { since: isoOf(Date.parse(view.from)) }),
    ...(view.to === "" ? {} : { until: isoOf(Date.parse(view.to) + 24 * hourMs) }),
  };
}

export const costsPath = (place: Place) => `${workspacePath(place)}/costs`;

export function costLine(place: Place, origin: string, view: CostView, nowMs: number): CommandLine {
  const { inWorkspace, both } = writersOf(place, origin);
  const { since, until, groupBy } = questionOf(view, nowMs);
  const from = view.period === undefined ? since : view.period === "all" ? undefined : view.period;
  const query = new URLSearchParams(questionOf(view, nowMs)).toString();
  const words = ["cost", ...inWorkspace, "--by", groupBy ?? ""];
  const period = [
    ...(from === undefined ? [] : ["--since", from]),
    ...(until === undefined ? [] : ["--until", until]),
  ];
  return both([...words, ...period], "GET", `${costsPath(place)}?${query}`, { version: ownVersion });
}

/** Empty where no price is known. */
export const moneyText = (amounts: Amounts): string =>
  amounts.map(({ amount, currency }) => formats.money(amount, currency)).join(" + ");

export const hoursText = (hours: number): string =>
  formats.number(hours, hours === 0 ? 0 : hours < 10 ? 2 : 1);

/** A share of a whole in percent; of nothing it is nothing. */
export const shareText = (part: number, whole: number): string =>
  formats.percent(whole === 0 ? 0 : part / whole);
