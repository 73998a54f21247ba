// What the pages of triggers read.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { triggerPath, workspacePath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import type { FiringWire, TriggerWire } from "../lib/triggers.ts";
import { call, list, listPage, ownApiVersion } from "./http.ts";
import { longMs, shortMs } from "./queries.ts";

const own = { version: ownApiVersion };
const firingsAtOnce = "100";
/** On the list of triggers: how the last ones went. */
const stripFirings = "20";

export const useTriggers = (place: Place) =>
  useQuery({
    queryKey: ["triggers", workspacePath(place)],
    queryFn: ({ signal }) => list<TriggerWire>(`${workspacePath(place)}/triggers`, { ...own, signal }),
    refetchInterval: shortMs * 2,
  });

export const useTrigger = (place: Place, name: string) =>
  useQuery({
    queryKey: ["trigger", triggerPath(place, name)],
    queryFn: ({ signal }) => call<TriggerWire>(triggerPath(place, name), { ...own, signal }),
    refetchInterval: shortMs,
  });

/** The ledger, newest first, page by page. @param decision empty: all. */
export const useFirings = (path: string, decision: string) =>
  useInfiniteQuery({
    queryKey: ["firings", path, decision],
    queryFn: ({ signal, pageParam }) => {
      const query = { maxresults: firingsAtOnce, ...(decision === "" ? {} : { decision }) };
      return listPage<FiringWire>(`${path}/firings`, { ...own, query, signal }, pageParam);
    },
    initialPageParam: "",
    getNextPageParam: ({ nextLink }) => nextLink,
    placeholderData: keepPreviousData,
    refetchInterval: shortMs * 2,
  });

export const useLastFirings = (path: string) =>
  useQuery({
    queryKey: ["last-firings", path],
    queryFn: ({ signal }) =>
      listPage<FiringWire>(`${path}/firings`, { ...own, query: { maxresults: stripFirings }, signal }, ""),
    refetchInterval: longMs,
  });

export interface FireTime {
  readonly time: string;
  readonly local: string;
  readonly edge?: string;
}

export const useFireTimes = (path: string, isSchedule: boolean, count: number) =>
  useQuery({
    queryKey: ["fire-times", path, count],
    queryFn: async ({ signal }) => {
      const given = { ...own, query: { count: String(count) }, signal };
      return (await call<{ readonly value: readonly FireTime[] }>(`${path}/nextFireTimes`, given)).value;
    },
    enabled: isSchedule,
    refetchInterval: longMs,
  });
