// What the pages of sweeps read. Trials are read again when the sweep has changed, and now and then while it runs.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import type { curveWire } from "../../domain/metric/wire.ts";
import type { PreviewResponse, SweepResponse } from "../../domain/sweep/wire.ts";
import { sweepPath, experimentPath, workspacePath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import type { TrialColumns } from "../lib/trials.ts";
import { call, list, ownApiVersion } from "./http.ts";
import { longMs, mapped, shortMs, supersededMs } from "./queries.ts";

const own = { version: ownApiVersion };

/** Of all experiments that are named. */
export const useSweeps = (place: Place, experiments: readonly string[] | undefined) =>
  useQuery({
    queryKey: ["sweeps", workspacePath(place), experiments],
    queryFn: async ({ signal }) => {
      const read = await mapped(experiments ?? [], (name) =>
        list<SweepResponse>(`${experimentPath(place, name)}/sweeps`, { ...own, signal }),
      );
      return read.flat();
    },
    enabled: experiments !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: shortMs * 2,
  });

export const useSweep = (place: Place, experiment: string, name: string) =>
  useQuery({
    queryKey: ["sweep", sweepPath(place, experiment, name)],
    queryFn: ({ signal }) => call<SweepResponse>(sweepPath(place, experiment, name), { ...own, signal }),
    refetchInterval: ({ state: { data } }) => (isOver(data) ? longMs : shortMs),
  });

const isOver = (sweep: SweepResponse | undefined) =>
  sweep !== undefined && ["succeeded", "failed"].includes(sweep.properties.executionState);

/** Another text after each change that a sweep shows. */
function momentOf({ properties }: SweepResponse): string {
  const { executionState, counts, total, best, spent } = properties;
  return JSON.stringify([executionState, counts, total, best, spent]);
}

export const useTrials = (
  path: string,
  sweep: SweepResponse,
  asked: { readonly fields: readonly string[]; readonly query: Readonly<Record<string, string>> },
) =>
  useQuery({
    queryKey: ["trials", path, asked.fields, asked.query, momentOf(sweep)],
    queryFn: ({ signal }) =>
      call<TrialColumns>(`${path}/trials`, {
        ...own,
        query: { view: "columns", fields: asked.fields.join(","), ...asked.query },
        signal,
      }),
    // Ten thousand cells are not compared one by one, and what they were a moment ago is of no use.
    structuralSharing: false,
    gcTime: supersededMs,
    placeholderData: keepPreviousData,
    refetchInterval: isOver(sweep) ? false : longMs / 2,
  });

export interface DecisionWire {
  readonly trial: number;
  readonly at: number;
  readonly step: number;
  readonly verdict: "stop" | "continue";
  readonly value: number | string;
  readonly cutOff?: number | string;
  readonly rank: number;
  readonly of: number;
  readonly policy: string;
  readonly sentence: string;
}

export const useDecisions = (path: string, sweep: SweepResponse) =>
  useQuery({
    queryKey: ["decisions", path, momentOf(sweep)],
    queryFn: ({ signal }) => list<DecisionWire>(`${path}/decisions`, { ...own, signal }),
    structuralSharing: false,
    gcTime: supersededMs,
    placeholderData: keepPreviousData,
  });

export const usePreview = (path: string) =>
  useQuery({
    queryKey: ["preview", path],
    queryFn: ({ signal }) =>
      call<PreviewResponse>(`${path}/preview`, { ...own, method: "POST", body: {}, signal }),
  });

const curvePoints = 200;

/** One curve for each of the trials. */
export const useTrialCurves = (path: string, metric: string, trials: readonly number[], isGrowing: boolean) =>
  useQueries({
    queries: trials.map((trial) => ({
      queryKey: ["trial-curve", path, metric, trial],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<ReturnType<typeof curveWire>>(`${path}/metrics`, {
          ...own,
          query: { trial: String(trial), metric, points: String(curvePoints) },
          signal,
        }),
      refetchInterval: isGrowing ? shortMs * 3 : (false as const),
    })),
  });
