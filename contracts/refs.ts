// What crosses between orchestrations and activities to say which resource is meant: one creation of it.
import { z } from "zod";
import { resourceKinds } from "../domain/resources.ts";
import type { ResourceKind } from "../domain/resources.ts";
import { refShape } from "../domain/shared/resource-id.ts";
import type { ResourceRef } from "../domain/shared/resource-id.ts";

/** The name may be used again, the GUID never. */
function identity<Kind extends ResourceKind>(kind: Kind) {
  return z.object({ ref: z.object(refShape(kind)), guid: z.string() });
}

export const ClusterIdentity = identity("cluster");
export type ClusterIdentity = z.infer<typeof ClusterIdentity>;

export const FileServerIdentity = identity("fileServer");
export type FileServerIdentity = z.infer<typeof FileServerIdentity>;

export const JobIdentity = identity("job");
export type JobIdentity = z.infer<typeof JobIdentity>;

export const SweepIdentity = identity("sweep");

/** A resource without a GUID; told from a later one of the same name by its creation time. */
export const ParentIdentity = z.object({
  ref: z.union(resourceKinds.map((kind) => z.object(refShape(kind)))) as z.ZodType<ResourceRef>,
  creationTime: z.string(),
});
export type ParentIdentity = z.infer<typeof ParentIdentity>;
