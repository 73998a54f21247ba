// What a job reported, whoever took it down: its series with their figures, and one of them for a chart.
import { metricRunOf } from "../domain/metric/run.ts";
import { curveWire, pointWire, seriesWire } from "../domain/metric/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { existing } from "./existing.ts";

export async function jobMetrics(services: Services, ref: JobRef) {
  const series = await services.metrics.list(metricRunOf(await existing(services, ref)));
  return { value: series.map(seriesWire) };
}

/** @param count at most so many buckets. */
export async function jobCurve(services: Services, ref: JobRef, name: string, count: number) {
  const curve = await services.metrics.curve(metricRunOf(await existing(services, ref)), name, count);
  return { metric: name, ...curveWire(curve) };
}

export async function jobPoints(services: Services, ref: JobRef, name: string) {
  return (await services.metrics.read(metricRunOf(await existing(services, ref)), name)).map(pointWire);
}
