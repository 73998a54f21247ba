// What is asked for to say why a job waits, failed or takes so long, beside what its page reads anyway: its cluster, the jobs that share
// that, and the end of its standard error.
import { useQuery } from "@tanstack/react-query";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import type { NeighbourFacts } from "../../domain/diagnosis/facts.ts";
import { errorOutputFile, neighbourOf, wantedFor } from "../../domain/diagnosis/job-facts.ts";
import { clusterIdNow } from "../../domain/job/cluster-now.ts";
import type { JobResponse } from "../../domain/job/wire.ts";
import type { Place } from "../lib/places.ts";
import { call, CallError, list, outputPart } from "./http.ts";
import { experimentPaths, longMs, mapped, momentOf, supersededMs } from "./queries.ts";

export const useWhyAnswers = (place: Place, path: string, job: JobResponse) =>
  useQuery({
    queryKey: ["why", path, momentOf(job)],
    queryFn: async ({ signal }) => {
      const wanted = wantedFor(job);
      // One that is not allowed to be read is no cluster that is gone: that would be the reason why a job waits, and no other.
      const isNoCluster = wanted.neighbours ? isGone : isRefused;
      const [cluster, neighbours, errorOutput] = await Promise.all([
        orNothing(call<ClusterResponse>(clusterIdNow(job.properties), { signal }), isNoCluster),
        wanted.neighbours ? neighboursOf(place, job, signal) : [],
        wanted.errorOutput ? orNothing(lastErrorOutput(path), isRefused) : undefined,
      ]);
      return { cluster, neighbours, errorOutput };
    },
    gcTime: supersededMs,
    refetchInterval: longMs,
  });

/** The jobs of the workspace that use the cluster and have not ended. */
async function neighboursOf(
  place: Place,
  job: JobResponse,
  signal: AbortSignal,
): Promise<readonly NeighbourFacts[]> {
  const found: NeighbourFacts[] = [];
  await mapped(await experimentPaths(place, "", signal), (path) =>
    list<JobResponse>(`${path}/jobs`, { signal }, (page) => {
      for (const other of page) {
        const neighbour = neighbourOf(job, other);
        if (neighbour !== undefined) found.push(neighbour);
      }
    }),
  );
  return found;
}

async function lastErrorOutput(path: string): Promise<string | undefined> {
  const { directoryId, name, lastBytes } = errorOutputFile;
  const { bytes } = await outputPart(path, { outputdirectoryid: directoryId, name }, `bytes=-${lastBytes}`);
  return bytes.length === 0 ? undefined : new TextDecoder().decode(bytes);
}

const isGone = ({ status }: CallError) => status === 404;
/** Or not answered: what helps need not be there. */
const isRefused = () => true;

async function orNothing<Body>(
  answer: Promise<Body>,
  isNothing: (error: CallError) => boolean,
): Promise<Body | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CallError && isNothing(error)) return undefined;
    throw error;
  }
}
