// What pages read, and how often: what may change by itself is read again every few seconds while somebody looks. A list that takes
// long to read is read less often.
import { keepPreviousData, QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import type { ExperimentResponse } from "../../domain/experiment/wire.ts";
import type { AttemptsResponse } from "../../domain/job/attempt.ts";
import type { JobResponse, OutputFileResponse } from "../../domain/job/wire.ts";
import type { PriceResponse } from "../../domain/price/wire.ts";
import type { RemoteLoginResponse } from "../../domain/shared/answers.ts";
import type { WorkspaceResponse } from "../../domain/workspace/wire.ts";
import type { EventWire } from "../lib/events.ts";
import { jobRow } from "../lib/jobs.ts";
import type { JobRow } from "../lib/jobs.ts";
import {
  clusterPath,
  experimentPath,
  jobPath,
  pricesPath,
  workspacePath,
  workspacesPath,
} from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { call, CallError, list, ownApiVersion, readAuthority, readSession } from "./http.ts";

export const shortMs = 2_000;
export const longMs = 20_000;
/** What is read anew under another key with each change is forgotten soon: a page may stand open for days. */
export const supersededMs = 5_000;
const readersAtOnce = 6;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that thinks it has no network reaches this machine all the same.
      networkMode: "always",
      staleTime: 1_000,
      retry: (failures, error) => failures < 2 && error instanceof CallError && error.status === 0,
      retryDelay: 1_000,
    },
  },
});

/** Reads again at once what may have changed by something that was just asked for. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries();
}

export const useSession = () => useQuery({ queryKey: ["session"], queryFn: readSession, staleTime: 60_000 });

/** Of the service's region. */
export const usePrices = (subscriptionId: string, vmSize: string) => {
  const region = useSession().data?.location ?? "";
  return useQuery({
    queryKey: ["prices", subscriptionId, region, vmSize],
    queryFn: async ({ signal }) => {
      const given = { version: ownApiVersion, query: { vmsizes: vmSize }, signal };
      const prices = await list<PriceResponse>(pricesPath(subscriptionId, region), given);
      return { region, prices };
    },
    enabled: region !== "",
    staleTime: 3_600_000,
  });
};

/** Null where nobody signs in by a page of the issuer. */
export const useAuthority = () =>
  useQuery({
    queryKey: ["authority"],
    queryFn: () =>
      readAuthority().catch((error: unknown) => {
        if (error instanceof CallError && error.status === 404) return null;
        throw error;
      }),
    staleTime: Infinity,
  });

export const useWorkspaces = (subscriptionId: string) =>
  useQuery({
    queryKey: ["workspaces", subscriptionId],
    queryFn: ({ signal }) => list<WorkspaceResponse>(workspacesPath(subscriptionId), { signal }),
    refetchInterval: shortMs * 2,
  });

export const useExperiments = (place: Place) =>
  useQuery({
    queryKey: ["experiments", workspacePath(place)],
    queryFn: ({ signal }) => list<ExperimentResponse>(`${workspacePath(place)}/experiments`, { signal }),
    refetchInterval: longMs,
  });

export const useClusters = (place: Place) =>
  useQuery({
    queryKey: ["clusters", workspacePath(place)],
    queryFn: ({ signal }) => list<ClusterResponse>(`${workspacePath(place)}/clusters`, { signal }),
    refetchInterval: shortMs,
  });

export const useCluster = (place: Place, name: string) =>
  useQuery({
    queryKey: ["cluster", clusterPath(place, name)],
    queryFn: ({ signal }) => call<ClusterResponse>(clusterPath(place, name), { signal }),
    refetchInterval: shortMs,
  });

export const useNodes = (path: string, isWanted: boolean) =>
  useQuery({
    queryKey: ["nodes", path],
    queryFn: ({ signal }) =>
      list<RemoteLoginResponse>(`${path}/listRemoteLoginInformation`, { method: "POST", signal }),
    enabled: isWanted,
    refetchInterval: shortMs * 3,
  });

export const useJob = (place: Place, experiment: string, name: string) =>
  useQuery({
    queryKey: ["job", jobPath(place, experiment, name)],
    queryFn: ({ signal }) => call<JobResponse>(jobPath(place, experiment, name), { signal }),
    refetchInterval: ({ state: { data } }) => (hasEndedJob(data) ? longMs : shortMs / 2),
  });

export const hasEndedJob = (job: JobResponse | undefined) =>
  job !== undefined && ["succeeded", "failed"].includes(job.properties.executionState);

export const useFiles = (path: string, directoryId: string, folder: string) =>
  useQuery({
    queryKey: ["files", path, directoryId, folder],
    queryFn: ({ signal }) =>
      list<OutputFileResponse>(`${path}/listOutputFiles`, {
        method: "POST",
        query: { outputdirectoryid: directoryId, directory: folder },
        signal,
      }),
    refetchInterval: shortMs * 2,
  });

export const useEvents = (paths: readonly string[], since?: string) =>
  useQuery({
    queryKey: ["events", paths, since],
    queryFn: async ({ signal }) => {
      const query = since === undefined ? {} : { since };
      const given = { version: ownApiVersion, query, signal };
      const read = await mapped(paths, (path) => list<EventWire>(`${path}/events`, given));
      return read.flat();
    },
    placeholderData: keepPreviousData,
    enabled: paths.length > 0,
    refetchInterval: shortMs * 2,
  });

export interface JobList {
  readonly jobs: readonly JobRow[];
  /** All pages of all experiments were read. */
  readonly isWhole: boolean;
}

/** What happened to a job: read again when the job itself has changed, and now and then besides. */
export const useJobEvents = (path: string, job: JobResponse | undefined) =>
  useQuery({
    queryKey: ["job-events", path, momentOf(job)],
    queryFn: ({ signal }) => list<EventWire>(`${path}/events`, { version: ownApiVersion, signal }),
    enabled: job !== undefined,
    placeholderData: keepPreviousData,
    gcTime: supersededMs,
    refetchInterval: longMs,
  });

export const useAttempts = (path: string, job: JobResponse | undefined) =>
  useQuery({
    queryKey: ["attempts", path, momentOf(job)],
    queryFn: ({ signal }) => call<AttemptsResponse>(`${path}/attempts`, { version: ownApiVersion, signal }),
    enabled: job !== undefined,
    placeholderData: keepPreviousData,
    gcTime: supersededMs,
    refetchInterval: longMs,
  });

/** Another text after each change that a job shows. */
export function momentOf(job: JobResponse | undefined): string {
  if (job === undefined) return "";
  const { executionState, executionStateTransitionTime, provisioningState, executionInfo } = job.properties;
  return JSON.stringify([executionState, executionStateTransitionTime, provisioningState, executionInfo]);
}

/** All jobs of a workspace, or of one experiment in it; the first read shows what has come already. */
export function useJobs(place: Place, experiment: string) {
  const client = useQueryClient();
  const queryKey = ["jobs", workspacePath(place), experiment];
  return useQuery<JobList>({
    queryKey,
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const isFirst = client.getQueryData<JobList>(queryKey)?.isWhole !== true;
      const jobs: JobRow[] = [];
      await mapped(await experimentPaths(place, experiment, signal), (path) =>
        list<JobResponse>(`${path}/jobs`, { signal }, (page) => {
          for (const job of page) jobs.push(jobRow(job));
          if (isFirst) client.setQueryData<JobList>(queryKey, { jobs: [...jobs], isWhole: false });
        }),
      );
      return { jobs, isWhole: true };
    },
    refetchInterval: ({ state: { data } }) => ((data?.jobs.length ?? 0) > 1_500 ? longMs : shortMs),
  });
}

export async function experimentPaths(
  place: Place,
  experiment: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (experiment !== "") return [experimentPath(place, experiment)];
  const found = await list<ExperimentResponse>(`${workspacePath(place)}/experiments`, { signal });
  return found.map(({ name }) => experimentPath(place, name));
}

/** A few at a time. */
export async function mapped<From, To>(
  items: readonly From[],
  read: (item: From) => Promise<To>,
): Promise<readonly To[]> {
  const results: To[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await read(next[1]);
  };
  await Promise.all(Array.from({ length: readersAtOnce }, worker));
  return results;
}
