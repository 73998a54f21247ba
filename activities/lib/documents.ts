// The document of one creation of a resource: a later one of the same name is somebody else.
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { creationOf } from "../../domain/kinds.ts";
import type { DocumentOf } from "../../domain/kinds.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import type { ClusterIdentity, JobIdentity } from "../../contracts/refs.ts";
import type { Services } from "../../services/services.ts";
import type { Change } from "../../services/state.ts";

interface Identity<Kind extends ResourceKind> {
  readonly ref: RefOf<Kind>;
  readonly guid: string;
}
type Step<Document> = (current: Document) => Document;
type Describe<Document> = (before: Document, after: Document) => Change | undefined;

export async function current<Kind extends ResourceKind>(
  { state }: Services,
  { ref, guid }: Identity<Kind>,
): Promise<DocumentOf<Kind> | undefined> {
  const document = await state.of(ref.kind).get(ref);
  return document !== undefined && creationOf(document) === guid ? document : undefined;
}

export function update<Kind extends ResourceKind>(
  { state }: Services,
  { ref, guid }: Identity<Kind>,
  next: Step<DocumentOf<Kind>>,
  change?: Describe<DocumentOf<Kind>>,
): Promise<DocumentOf<Kind> | undefined> {
  return state
    .of(ref.kind)
    .update(ref, (found) => (creationOf(found) === guid ? next(found) : found), change);
}

export function currentCluster(
  services: Services,
  cluster: ClusterIdentity,
): Promise<ClusterDocument | undefined> {
  return current(services, cluster);
}

export function currentJob(services: Services, job: JobIdentity): Promise<JobDocument | undefined> {
  return current(services, job);
}

export function updateCluster(
  services: Services,
  cluster: ClusterIdentity,
  next: Step<ClusterDocument>,
  change?: Describe<ClusterDocument>,
): Promise<ClusterDocument | undefined> {
  return update(services, cluster, next, change);
}

export function updateJob(
  services: Services,
  job: JobIdentity,
  next: Step<JobDocument>,
  change?: Describe<JobDocument>,
): Promise<JobDocument | undefined> {
  return update(services, job, next, change);
}
