// The trials of a sweep on the wire: list, show, terminate, the best one, decisions, metrics, export.
import type { HttpResponseInit } from "@azure/functions";
import {
  archivedSweep,
  bestTrialOf,
  decisionsOfSweep,
  findTrial,
  findTrials,
  metricBuckets,
  metricPoints,
} from "../../application/sweeps/trials.ts";
import { postTrialMetrics } from "../../application/sweeps/posts.ts";
import { terminateTrial } from "../../application/sweeps/sweeps.ts";
import { mostBuckets } from "../../domain/metric/curve.ts";
import { PostMetricsRequest } from "../../domain/metric/requests.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { fieldOf } from "../../domain/sweep/trial-query.ts";
import { textOfNumbers, toWireNumber } from "../../domain/metric/number.ts";
import type { TrialView } from "../../domain/sweep/wire.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest, wholeParameter } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { jsonLines, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

const route = routeOf("sweep");
const own = { apiVersions: ["2026-11-01"] } as const;
const mostTrials = 1_000_000;

export const sweepTrialOperations: readonly Operation[] = [
  { name: "sweeps-trials", method: "GET", route: `${route}/trials`, role: "reader", ...own, handle: list },
  {
    name: "sweeps-trial",
    method: "GET",
    route: `${route}/trials/{trial}`,
    role: "reader",
    ...own,
    handle: async (request, services) =>
      ok(await findTrial(services, requestedRef(request, "sweep"), trialOf(request))),
  },
  {
    name: "sweeps-trial-terminate",
    method: "POST",
    route: `${route}/trials/{trial}/terminate`,
    role: "submitter",
    ...own,
    async handle(request, services) {
      const ref = requestedRef(request, "sweep");
      await terminateTrial(services, callerOf(request), ref, trialOf(request));
      return ok(await findTrial(services, ref, trialOf(request)));
    },
  },
  {
    name: "sweeps-trial-metrics",
    method: "POST",
    route: `${route}/trials/{trial}/metrics`,
    role: "submitter",
    ...own,
    async handle(request, services) {
      const { points } = parse(PostMetricsRequest, await request.json());
      await postTrialMetrics(services, requestedRef(request, "sweep"), trialOf(request), points);
      return ok({ points: points.length });
    },
  },
  {
    name: "sweeps-best",
    method: "GET",
    route: `${route}/best`,
    role: "reader",
    ...own,
    handle: async (request, services) => ok(await bestTrialOf(services, requestedRef(request, "sweep"))),
  },
  {
    name: "sweeps-decisions",
    method: "GET",
    route: `${route}/decisions`,
    role: "reader",
    ...own,
    async handle(request, services) {
      const page = pageRequest(request);
      const decisions = await decisionsOfSweep(services, requestedRef(request, "sweep"));
      return ok(pageBody(request, pageOf(decisions, page), (decision) => decision));
    },
  },
  {
    name: "sweeps-metrics",
    method: "GET",
    route: `${route}/metrics`,
    role: "reader",
    ...own,
    handle: metrics,
  },
  {
    name: "sweeps-export",
    method: "GET",
    route: `${route}/export`,
    role: "reader",
    ...own,
    handle: exported,
  },
];

function trialOf(request: ApiRequest): number {
  const text = request.params["trial"] ?? "";
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new AppError("TrialNotFound", `There is no trial '${text.slice(0, 40)}': trials are numbered from 0`);
}

async function list(request: ApiRequest, services: Services): Promise<HttpResponseInit> {
  const page = pageRequest(request);
  const { trials, whole, counts } = await found(request, services);
  const total = trials.length;
  if (request.query("view") === "columns") return ok({ total, counts, columns: columnsOf(request, trials) });
  return ok({ total, counts, ...pageBody(request, pageOf(trials, page), whole) });
}

function found(request: ApiRequest, services: Services) {
  const query = { filter: request.query("filter"), orderBy: request.query("orderby") };
  return findTrials(services, requestedRef(request, "sweep"), query);
}

/** One array for each field: what a chart needs, and no more. */
function columnsOf(
  request: ApiRequest,
  trials: readonly TrialView[],
): Readonly<Record<string, readonly unknown[]>> {
  const names = (request.query("fields") ?? "trial,state,value").split(",").map((name) => name.trim());
  return Object.fromEntries(
    names.map((name) => {
      const field = fieldOf("fields", name);
      return [name, trials.map((trial) => wireCell(field(trial)))];
    }),
  );
}

function wireCell(cell: ReturnType<ReturnType<typeof fieldOf>>): string | number | boolean | null {
  return cell === undefined ? null : typeof cell === "number" ? toWireNumber(cell) : cell;
}

async function metrics(request: ApiRequest, services: Services): Promise<HttpResponseInit> {
  const metric = request.query("metric") ?? "";
  if (metric === "")
    throw new AppError("InvalidQueryParameter", "metric: is required, expected the name of a metric.", {
      target: "metric",
    });
  const trial = wholeParameter(request, "trial", { least: 0, most: mostTrials, otherwise: 0 });
  const ref = requestedRef(request, "sweep");
  if (request.query("format") === "jsonl")
    return jsonLines(await metricPoints(services, ref, { trial, metric }));
  const count = wholeParameter(request, "points", { least: 1, most: mostBuckets, otherwise: 1000 });
  return ok(await metricBuckets(services, ref, { trial, metric }, count));
}

async function exported(request: ApiRequest, services: Services): Promise<HttpResponseInit> {
  const format = request.query("format") ?? "jsonl";
  if (format === "archive") return archive(request, services);
  if (format !== "csv" && format !== "jsonl")
    throw new AppError(
      "InvalidQueryParameter",
      `format: expected 'csv', 'jsonl' or 'archive', got '${format.slice(0, 40)}'.`,
      {
        target: "format",
      },
    );
  const { trials, whole } = await found(request, services);
  return format === "jsonl" ? jsonLines(trials.map(whole)) : table(trials);
}

/** What `POST …/import` takes. */
async function archive(request: ApiRequest, services: Services): Promise<HttpResponseInit> {
  const body = textOfNumbers(await archivedSweep(services, requestedRef(request, "sweep")));
  return { status: 200, body, headers: { "content-type": "application/json; charset=utf-8" } };
}

function table(trials: readonly TrialView[]): HttpResponseInit {
  const names = (of: (trial: TrialView) => object) =>
    [...new Set(trials.flatMap((trial) => Object.keys(of(trial))))].sort();
  const columns = [
    ...["trial", "attempt", "state", "value", "job", "exitCode", "startTime", "endTime"],
    ...(trials.some(({ reusedFrom }) => reusedFrom !== undefined) ? ["reusedFrom"] : []),
    ...names(({ parameters }) => parameters).map((name) => `params.${name}`),
    ...names((trial) => trial.metrics).flatMap((name) =>
      ["last", "best", "bestStep"].map((figure) => `metrics.${name}.${figure}`),
    ),
  ];
  const fields = columns.map((name) => fieldOf("format", name));
  const rows = trials.map((trial) => fields.map((field) => csvCell(wireCell(field(trial)))).join(","));
  const body = [columns.map(csvCell).join(","), ...rows].map((row) => `${row}\r\n`).join("");
  return { status: 200, body, headers: { "content-type": "text/csv; charset=utf-8" } };
}

/** RFC 4180. A text that a spreadsheet would take for a formula is told as text. */
function csvCell(value: string | number | boolean | null): string {
  if (value === null) return "";
  const text =
    typeof value === "string" && /^[=+\-@\t\r]/.test(value) && value !== "-Infinity"
      ? `'${value}`
      : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
