// The metrics of a job on the wire: which there are, the points of one, in buckets or as JSON lines, and points that are posted.
import type { HttpResponseInit } from "@azure/functions";
import { jobCurve, jobMetrics, jobPoints, postJobMetrics } from "../../application/job-metrics.ts";
import { mostBuckets } from "../../domain/metric/curve.ts";
import { PostMetricsRequest } from "../../domain/metric/requests.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import type { Operation } from "./lib/operation.ts";
import { wholeParameter } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { jsonLines, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const jobMetricOperations: readonly Operation[] = [
  {
    name: "jobs-metrics",
    method: "GET",
    route: `${routeOf("job")}/metrics`,
    role: "reader",
    apiVersions: [ownApiVersion],
    handle: metrics,
  },
  {
    name: "jobs-metrics-post",
    method: "POST",
    route: `${routeOf("job")}/metrics`,
    role: "submitter",
    ownJob: true,
    apiVersions: [ownApiVersion],
    async handle(request, services) {
      const { points } = parse(PostMetricsRequest, await request.json());
      await postJobMetrics(services, requestedRef(request, "job"), points);
      return ok({ points: points.length });
    },
  },
];

async function metrics(request: ApiRequest, services: Services): Promise<HttpResponseInit> {
  const ref = requestedRef(request, "job");
  const metric = request.query("metric") ?? "";
  if (metric === "") return ok(await jobMetrics(services, ref));
  if (request.query("format") === "jsonl") return jsonLines(await jobPoints(services, ref, metric));
  const count = wholeParameter(request, "points", { least: 1, most: mostBuckets, otherwise: 1000 });
  return ok(await jobCurve(services, ref, metric, count));
}
