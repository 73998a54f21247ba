// Metrics of a job. The list is short and read often; a curve is read again only when the list says that it has grown.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { curveWire, MetricResponse } from "../../domain/metric/wire.ts";
import { call, ownApiVersion } from "./http.ts";
import { longMs, shortMs } from "./queries.ts";

export const chartPoints = 600;
type CurveResponse = ReturnType<typeof curveWire>;

export const useMetrics = (jobPath: string, isGrowing: boolean) =>
  useQuery({
    queryKey: ["metrics", jobPath],
    queryFn: async ({ signal }) => {
      const given = { version: ownApiVersion, signal };
      return (await call<{ readonly value: readonly MetricResponse[] }>(`${jobPath}/metrics`, given)).value;
    },
    refetchInterval: isGrowing ? shortMs : longMs,
  });

export const useCurve = (jobPath: string, { name, n, lastTime, last }: MetricResponse) =>
  useQuery({
    queryKey: ["curve", jobPath, name, n, last, lastTime],
    queryFn: ({ signal }) =>
      call<CurveResponse>(`${jobPath}/metrics`, {
        version: ownApiVersion,
        query: { metric: name, points: String(chartPoints) },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
