// References to resources as they cross between orchestrations and activities.
import { z } from "zod";

const workspace = { subscriptionId: z.string(), resourceGroup: z.string(), workspace: z.string() };

export const WorkspaceRef = z.object({ kind: z.literal("workspace"), ...workspace });
export const ClusterRef = z.object({ kind: z.literal("cluster"), ...workspace, cluster: z.string() });
export const FileServerRef = z.object({
  kind: z.literal("fileServer"),
  ...workspace,
  fileServer: z.string(),
});
export const ExperimentRef = z.object({
  kind: z.literal("experiment"),
  ...workspace,
  experiment: z.string(),
});
export const JobRef = z.object({
  kind: z.literal("job"),
  ...workspace,
  experiment: z.string(),
  job: z.string(),
});

/** One creation of a cluster: the name may be used again, the GUID never. */
export const ClusterIdentity = z.object({ ref: ClusterRef, guid: z.string() });
export type ClusterIdentity = z.infer<typeof ClusterIdentity>;

export const FileServerIdentity = z.object({ ref: FileServerRef, guid: z.string() });
export type FileServerIdentity = z.infer<typeof FileServerIdentity>;

export const JobIdentity = z.object({ ref: JobRef, guid: z.string() });
export type JobIdentity = z.infer<typeof JobIdentity>;

/** A workspace or experiment; told from a later one of the same name by its creation time. */
export const ParentIdentity = z.object({
  ref: z.discriminatedUnion("kind", [WorkspaceRef, ExperimentRef]),
  creationTime: z.string(),
});
export type ParentIdentity = z.infer<typeof ParentIdentity>;
