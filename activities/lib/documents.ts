// The document of one creation of a cluster or job: a later one of the same name is somebody else.
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import type { ClusterIdentity, JobIdentity } from "../../contracts/refs.ts";
import type { Services } from "../../services/services.ts";
import type { Change } from "../../services/state.ts";

/** The actor of what nobody asked for in particular. */
export const service = "service";

export async function currentCluster(
  services: Services,
  { ref, guid }: ClusterIdentity,
): Promise<ClusterDocument | undefined> {
  const document = await services.state.clusters.get(ref);
  return document?.guid === guid ? document : undefined;
}

export async function currentJob(
  services: Services,
  { ref, guid }: JobIdentity,
): Promise<JobDocument | undefined> {
  const document = await services.state.jobs.get(ref);
  return document?.guid === guid ? document : undefined;
}

export function updateCluster(
  services: Services,
  { ref, guid }: ClusterIdentity,
  next: (current: ClusterDocument) => ClusterDocument,
  change?: (before: ClusterDocument, after: ClusterDocument) => Change | undefined,
): Promise<ClusterDocument | undefined> {
  return services.state.clusters.update(
    ref,
    (current) => (current.guid === guid ? next(current) : current),
    change,
  );
}

export function updateJob(
  services: Services,
  { ref, guid }: JobIdentity,
  next: (current: JobDocument) => JobDocument,
  change?: (before: JobDocument, after: JobDocument) => Change | undefined,
): Promise<JobDocument | undefined> {
  return services.state.jobs.update(
    ref,
    (current) => (current.guid === guid ? next(current) : current),
    change,
  );
}
