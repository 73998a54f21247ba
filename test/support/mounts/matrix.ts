// Every kind of mount, for clusters and for jobs, in every state that its storage can be in: what the service says and what the
// nodes do. The rows are tried by test/e2e/mounts/matrix.test.ts, and shown by docs/reference/mounts.md.

export const kinds = {
  share: "file share over SMB",
  container: "blob container",
  fileServer: "file server",
  unmanaged: "the user's own command",
  nfsShare: "file share over NFS",
} as const;
export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly Kind[];

export const states = {
  ok: "is there",
  readOnly: "is there, mounted read-only",
  missing: "does not exist",
  denied: "does not let the nodes in",
  silent: "nobody answers",
} as const;
export type State = keyof typeof states;
export const troubles = ["missing", "denied", "silent"] as const satisfies readonly State[];
export type Trouble = (typeof troubles)[number];

/** What names the thing in the words of the mount. */
export const words: Readonly<Record<Kind, Readonly<Record<Trouble, string>>>> = {
  share: {
    missing: "mount error(2): No such file or directory: share 'nowhere' does not exist",
    denied: "mount error(13): Permission denied",
    silent: "mount error: could not resolve address for stranger",
  },
  container: {
    missing: "container 'nowhere' not found",
    denied: "failed to authenticate credentials",
    silent: "storage account 'stranger' is unknown here",
  },
  fileServer: {
    missing: "/data/nowhere failed, reason given by server: No such file or directory",
    denied: "nsg' does not let this node to 10.0.0.",
    silent: "Connection timed out: no file server answers at 10.0.0.",
  },
  unmanaged: { missing: "no such export", denied: "not allowed", silent: "timed out" },
  nfsShare: {
    missing: "/nowhere failed, reason given by server: No such file or directory",
    denied: "access denied by server while mounting",
    silent: "Failed to resolve server stranger.file.core.windows.net: Name or service not known",
  },
};

/** Of a job that mounts it itself. */
export const jobCode: Readonly<Record<Kind, string>> = {
  share: "AZFMountError",
  container: "BFSMountError",
  fileServer: "JobLaunchFailed",
  unmanaged: "JobLaunchFailed",
  nfsShare: "AZFMountError",
};

/** Of the cluster's errors: Batch mounts all but what the user mounts. And the reason by which its jobs wait. */
export const clusterCode: Readonly<Record<Kind, { readonly error: string; readonly why: string }>> = {
  share: { error: "MountConfigurationError", why: "ClusterCannotMount" },
  container: { error: "MountConfigurationError", why: "ClusterCannotMount" },
  fileServer: { error: "MountConfigurationError", why: "ClusterCannotMount" },
  unmanaged: { error: "NodeSetupFailed", why: "NodeSetupFailed" },
  nfsShare: { error: "MountConfigurationError", why: "ClusterCannotMount" },
};

export function mountsPage(): string {
  const troubleRows = kindNames.flatMap((kind) =>
    troubles.map((trouble) => {
      const { error, why } = clusterCode[kind];
      return `| ${kinds[kind]} | ${states[trouble]} | \`${jobCode[kind]}\` | \`${error}\`, \`${why}\` | ${words[kind][trouble]} |`;
    }),
  );
  return [
    "# Mounts in trouble",
    "",
    "Generated from `test/support/mounts/matrix.ts`, whose rows are tried on the local cloud (`test/e2e/mounts/matrix.test.ts`); do not edit.",
    "",
    "A job whose own mount fails is `failed` with the code, and the node is free for the next one, without a folder of it. A cluster whose mount fails is",
    "`succeeded` with nodes that are `unusable`, tells the error of each node, and its jobs wait; `batchai why` tells them the reason. Nothing is mounted on such a node and no process of",
    "it runs. When the thing is there, resize the cluster to none and back. Mounted read-only, each of them gives programs its files and refuses what they write.",
    "",
    "| mount | its storage | error of a job | error of a cluster, reason of its waiting jobs | words on the local cloud |",
    "| --- | --- | --- | --- | --- |",
    ...troubleRows,
    "",
    "The words of Azure's own mount programs are others and name the same. A file server of another virtual network is refused when the cluster or job is created, and so is a share",
    "over NFS for a cluster that is in no subnet. What is tried of the server: its network security group was changed to let nobody to its NFS server (Azure drops what comes, and a",
    "node sees that nobody answers), and its machine was deleted behind the service.",
    "",
  ].join("\n");
}
