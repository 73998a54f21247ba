// What the page of runs reads, by MLflow's protocol: a search, runs by their ids, and the curves of those that are compared.
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import type { curveWire } from "../../domain/metric/wire.ts";
import { bucketPoints } from "../lib/chart-data.ts";
import type { ChartPoint } from "../lib/chart-data.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { historyPoints } from "../lib/run-curves.ts";
import type { HistoryPoint } from "../lib/run-curves.ts";
import { artifactCall, artifactList, trackingCall } from "../lib/run-lines.ts";
import { runRow, runSearch } from "../lib/runs.ts";
import type { RunRow, RunView, RunWire } from "../lib/runs.ts";
import { call, ownApiVersion } from "./http.ts";
import { longMs, shortMs, supersededMs } from "./queries.ts";

/** Runs of one page of a search. */
export const runsAtOnce = 200;
const curvePoints = 300;

interface FoundRuns {
  readonly rows: readonly RunRow[];
  readonly next: string | undefined;
}

/** Pages of what was found; a page comes when it is asked for. */
export function useRuns(place: Place, view: RunView, experiments: readonly string[] | undefined) {
  const search = runSearch(view, experiments ?? []);
  return useInfiniteQuery({
    queryKey: ["runs", trackingCall(place, ""), search],
    queryFn: async ({ signal, pageParam }): Promise<FoundRuns> => {
      if (search.experiment_ids.length === 0) return { rows: [], next: undefined };
      const page = pageParam === "" ? {} : { page_token: pageParam };
      const body = { ...search, ...page, max_results: runsAtOnce };
      const found = await call<{ runs?: readonly RunWire[]; next_page_token?: string }>(
        trackingCall(place, "runs/search"),
        { method: "POST", body, signal },
      );
      return { rows: (found.runs ?? []).map(runRow), next: found.next_page_token };
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    enabled: experiments !== undefined,
    structuralSharing: false,
    gcTime: supersededMs,
    placeholderData: keepPreviousData,
    // Every page is a search of its own: who asked for many is not asked for them again.
    refetchInterval: ({ state: { data } }) => ((data?.pages.length ?? 0) > 1 ? false : longMs),
  });
}

export const useRunsById = (place: Place, ids: readonly string[]) =>
  useQueries({
    queries: ids.map((id) => ({
      queryKey: ["run", trackingCall(place, ""), id],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { run_id: id };
        const { run } = await call<{ run: RunWire }>(trackingCall(place, "runs/get"), { query, signal });
        return runRow(run);
      },
      refetchInterval: longMs / 2,
    })),
  });

export interface AskedCurve {
  readonly run: RunRow;
  readonly metric: string;
}

export const useRunCurves = (place: Place, asked: readonly AskedCurve[]) =>
  useQueries({
    queries: asked.map(({ run, metric }) => ({
      queryKey: ["run-curve", trackingCall(place, ""), run.id, metric],
      queryFn: ({ signal }: { signal: AbortSignal }) => curveOf(place, run, metric, signal),
      refetchInterval: run.ended === undefined ? shortMs * 3 : (false as const),
    })),
  });

async function curveOf(
  place: Place,
  run: RunRow,
  metric: string,
  signal: AbortSignal,
): Promise<readonly ChartPoint[]> {
  if (run.isJob && run.job !== undefined) {
    const query = { metric, points: String(curvePoints) };
    const path = `${jobPath(place, run.experiment, run.job)}/metrics`;
    const given = { version: ownApiVersion, query, signal };
    return bucketPoints((await call<ReturnType<typeof curveWire>>(path, given)).buckets);
  }
  const query = { run_id: run.id, metric_key: metric };
  const { metrics = [] } = await call<{ metrics?: readonly HistoryPoint[] }>(
    trackingCall(place, "metrics/get-history"),
    { query, signal },
  );
  return historyPoints(metrics, curvePoints);
}

/** A file or folder of a run, by the last part of its path. */
export interface ArtifactWire {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

export const useArtifacts = (place: Place, id: string, folder: string) =>
  useQuery({
    queryKey: ["artifacts", trackingCall(place, ""), id, folder],
    queryFn: async ({ signal }) => {
      const query = { path: artifactList(id, folder) };
      const { files } = await call<{ files: readonly ArtifactWire[] }>(artifactCall(place, "artifacts"), {
        query,
        signal,
      });
      return files;
    },
    refetchInterval: longMs,
  });

/** A link to a file in its storage, good for an hour. */
export async function artifactLink(place: Place, id: string, path: string): Promise<string> {
  const words = artifactList(id, path).split("/").map(encodeURIComponent).join("/");
  return (await call<{ url: string }>(artifactCall(place, `presigned/${words}`))).url;
}
