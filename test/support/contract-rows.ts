// The 120 things that the service of 2018 did, as its clients could see them. Each is proved by a test whose title begins
// with `row N:` (or `rows N, M:`), or stands in `unproved` with the reason. The page docs/reference/contract-rows.md is
// generated from here and from the titles.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

export const features = [
  "operations list",
  "usages",
  "workspace created at once",
  "workspace needs a location",
  "PUT of workspace and experiment is idempotent",
  "workspace tags",
  "typed not-found errors",
  "workspaces by subscription and by group",
  "workspace deletion cascades",
  "deletion of what is absent",
  "names are validated",
  "routes without regard to case",
  "experiment created without a body",
  "experiment deletion ends its jobs, keeps the cluster",
  "same job name in other experiments and workspaces",
  "headers of long-running operations",
  "operation document",
  "failed operation",
  "no 201, no 5xx for bad input",
  "Retry-After is honoured",
  "no pause of 30 s in the JavaScript client",
  "location endpoint after a termination",
  "location endpoint after a deletion",
  "paging by POST and GET",
  "unknown members are ignored",
  "authentication",
  "defaults of the service",
  "redaction",
  "node counts always present",
  "allocation life cycle",
  "manual resize",
  "resize with requeue",
  "resize with terminate",
  "resize with waitforjobcompletion",
  "change between manual and auto scale",
  "auto scale up from 0",
  "auto scale down",
  "auto scale within bounds",
  "low-priority cluster",
  "preemption",
  "custom image",
  "image alias and URN",
  "subnet",
  "setup task on every node as root",
  "variables and secrets of the setup task",
  "failure of the setup task",
  "stdOutErrPathSuffix",
  "performance counters to Application Insights",
  "node list of a cluster",
  "command on a node",
  "port forwarding",
  "cluster deletion keeps finished jobs",
  "cluster deletion with a running job",
  "quota exceeded",
  "file server: create, get, list, delete",
  "file server: disks",
  "file server: network",
  "file server: addresses that may log in",
  "file server: failure",
  "file server mounted by a cluster",
  "file server mounted by a job, part of it",
  "Azure Files on a cluster",
  "file and directory modes",
  "blob container on a cluster",
  "mount options of a container",
  "unmanaged file system",
  "volumes of a job",
  "isolation of volumes",
  "mount failure",
  "Key Vault references",
  "placeholders of the command line",
  "auto storage",
  "field set of a job",
  "job on a cluster of another workspace",
  "missing cluster or experiment",
  "no toolkit, or two",
  "durations",
  "wall clock limit",
  "priority",
  "gang scheduling",
  "queue on 0 nodes",
  "custom toolkit",
  "custom MPI",
  "variables reach every rank",
  "Horovod",
  "Chainer",
  "Intel MPI",
  "CNTK",
  "Caffe",
  "Caffe2",
  "PyTorch",
  "TensorFlow, one process",
  "TensorFlow, distributed",
  "TensorFlow ends with its workers",
  "TensorFlow limits",
  "interpreter",
  "containers",
  "shared memory and GPUs in a container",
  "job preparation",
  "variable expansion",
  "variables of the service",
  "variables and secrets in preparation and on all nodes",
  "ssh among nodes",
  "directories",
  "new GUID after delete and create",
  "log files",
  "listOutputFiles: defaults and bounds",
  "listOutputFiles: oddities",
  "download links",
  "streaming",
  "exit codes",
  "terminate",
  "executionInfo is complete",
  "deletion of a running job",
  "node list of a job, command on its node",
  "parallel submission",
  "sweeps by the client",
  "metrics and resubmission by the client",
  "resubmission under the same name",
  "restart safety",
] as const;

export interface Unproved {
  readonly row: number;
  readonly reason: string;
  /** What was checked in its place. */
  readonly instead: string;
}

/** What cannot be proved on one machine, or belongs to a part that is not built. */
export const unproved: readonly Unproved[] = [
  {
    row: 43,
    reason:
      "rests on a machine in a network of Azure, which nobody here has: emulated nodes have loopback addresses",
    instead: "the subnet is validated, shown, and given to the pool (cluster-nodes.test.ts)",
  },
  {
    row: 48,
    reason: "rests on a component of Application Insights, which exists in Azure only and nobody here has",
    instead:
      "the nodes' counters arrive per node in a file (cluster-nodes.test.ts), and at an HTTP server in the form of the ingestion endpoint (counters.test.ts)",
  },
  {
    row: 63,
    reason:
      "rests on a mount of cifs, which needs a machine whose kernel has it and a share of Azure, which nobody here has: an emulated mount is a folder",
    instead: "the options reach the mount command (launcher.test.ts) and the pool",
  },
];

const title = /\brows? (\d+(?:(?:, | and |[-–])\d+)*): /g;

/** Row → test files (relative to the repository) whose titles name it. */
export function proofs(root: string): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const file of readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".test.ts")) continue;
    const path = join(root, "test", file);
    const rows = [...readFileSync(path, "utf8").matchAll(title)].flatMap(([, list = ""]) => numbers(list));
    for (const row of new Set(rows)) {
      const files = found.get(row) ?? [];
      files.push(relative(root, path).replaceAll("\\", "/"));
      found.set(row, files);
    }
  }
  return found;
}

/** `31, 33-35` → 31, 33, 34, 35. */
function numbers(list: string): number[] {
  return list.split(/, | and /).flatMap((part) => {
    const [from = 0, to = from] = part.split(/[-–]/).map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

export function contractRowsPage(root: string): string {
  const proved = proofs(root);
  const lines = features.map((feature, index) => {
    const row = index + 1;
    const files = proved.get(row) ?? [];
    const open = unproved.find((one) => one.row === row);
    const state = [
      ...files.map((file) => `[${file}](../../${file})`),
      ...(open === undefined ? [] : [`not proved here: ${open.reason}; checked instead: ${open.instead}`]),
    ];
    return `| ${row} | ${feature} | ${state.join("<br>")} |`;
  });
  return [
    "# What the service of 2018 did, row by row",
    "",
    "Generated from `test/support/contract-rows.ts` and from the titles of the tests; do not edit.",
    "",
    "| row | feature | proof |",
    "| --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}
