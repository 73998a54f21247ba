// On which cluster a job is.
import type { JobResponse } from "./wire.ts";

/** Id of the cluster whose nodes the job waits for or runs on: its spot policy may have moved it. */
export function clusterIdNow({ cluster, spot }: JobResponse["properties"]): string {
  const { id } = spot?.place === "dedicated" ? spot.cluster : cluster;
  return id.replace(/\/$/, "");
}
