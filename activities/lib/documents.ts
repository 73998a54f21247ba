// The document of one creation of a cluster, file server or job: a later one of the same name is somebody else.
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import type { ClusterIdentity, FileServerIdentity, JobIdentity } from "../../contracts/refs.ts";
import type { Services } from "../../services/services.ts";
import type { Change, Collection } from "../../services/state.ts";

type Step<Document> = (current: Document) => Document;
type Describe<Document> = (before: Document, after: Document) => Change | undefined;

export function currentCluster(
  { state }: Services,
  cluster: ClusterIdentity,
): Promise<ClusterDocument | undefined> {
  return current(state.clusters, cluster);
}

export function currentFileServer(
  { state }: Services,
  fileServer: FileServerIdentity,
): Promise<FileServerDocument | undefined> {
  return current(state.fileServers, fileServer);
}

export function currentJob({ state }: Services, job: JobIdentity): Promise<JobDocument | undefined> {
  return current(state.jobs, job);
}

export function updateCluster(
  { state }: Services,
  cluster: ClusterIdentity,
  next: Step<ClusterDocument>,
  change?: Describe<ClusterDocument>,
): Promise<ClusterDocument | undefined> {
  return update(state.clusters, cluster, next, change);
}

export function updateFileServer(
  { state }: Services,
  fileServer: FileServerIdentity,
  next: Step<FileServerDocument>,
  change?: Describe<FileServerDocument>,
): Promise<FileServerDocument | undefined> {
  return update(state.fileServers, fileServer, next, change);
}

export function updateJob(
  { state }: Services,
  job: JobIdentity,
  next: Step<JobDocument>,
  change?: Describe<JobDocument>,
): Promise<JobDocument | undefined> {
  return update(state.jobs, job, next, change);
}

interface Created {
  readonly guid: string;
}

async function current<Ref extends ResourceRef, Document extends Created>(
  documents: Collection<Ref, Document>,
  { ref, guid }: { readonly ref: Ref; readonly guid: string },
): Promise<Document | undefined> {
  const document = await documents.get(ref);
  return document?.guid === guid ? document : undefined;
}

function update<Ref extends ResourceRef, Document extends Created>(
  documents: Collection<Ref, Document>,
  { ref, guid }: { readonly ref: Ref; readonly guid: string },
  next: Step<Document>,
  change: Describe<Document> | undefined,
): Promise<Document | undefined> {
  return documents.update(ref, (found) => (found.guid === guid ? next(found) : found), change);
}
