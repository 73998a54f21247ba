// Where `batchai run` runs: workspace, experiment and cluster, each made when it is not there.
import { sizesWithGpus } from "../domain/cluster/vm-life.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { ClusterRef, ExperimentRef, JobRef } from "../domain/shared/resource-id.ts";
import { workspaceOf } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { usageError } from "./failure.ts";
import { notify } from "./hints.ts";
import { flag, text, wholeNumber } from "./options.ts";
import { clusterNameOf, experimentNameOf } from "./run-names.ts";
import type { Service } from "./service.ts";
import { adminOf } from "./spec/admin.ts";

const usualSize = "STANDARD_D2S_V3";

export const clusterWishes = {
  cluster: text("-c, --cluster <name>", "cluster to use (default: one of the size, made when it is missing)"),
  size: text("--size <size>", `VM size of a cluster that is made (default: ${usualSize})`),
  gpus: wholeNumber("--gpus <number>", "the least size with so many GPUs a node, instead of --size"),
  spot: flag("--spot", "cheaper nodes that may be taken away"),
  maxNodes: wholeNumber("--max-nodes <number>", "most nodes of a cluster that is made", 4),
};

/** What is given, else what is configured, else a workspace of our own and an experiment of the folder's name. */
export function placeToRun(
  given: { readonly workspace: string | undefined; readonly experiment: string | undefined },
  { environment, directory }: Pick<Context, "environment" | "directory">,
): { readonly workspace: string; readonly experiment: string } {
  return {
    workspace: given.workspace ?? environment["BATCHAI_WORKSPACE"] ?? "batchai",
    experiment: given.experiment ?? environment["BATCHAI_EXPERIMENT"] ?? experimentNameOf(directory),
  };
}

interface GivenWishes {
  readonly cluster: string | undefined;
  readonly size: string | undefined;
  readonly gpus: number | undefined;
  readonly spot: boolean;
  readonly maxNodes: number;
}

/** @param nodes of the job. @throws usage error for wishes that no cluster can fulfil. */
export function clusterWishOf(
  given: GivenWishes,
  nodes: number,
  { environment }: Pick<Context, "environment">,
): ClusterWish {
  const size = sizeOf(given);
  const cluster = given.cluster ?? (environment["BATCHAI_CLUSTER"] || clusterNameOf(size, given.spot));
  return { cluster, size, spot: given.spot, maxNodes: Math.max(given.maxNodes, nodes) };
}

function sizeOf({ size, gpus }: GivenWishes): string {
  if (gpus === undefined) return size ?? usualSize;
  if (size !== undefined) throw usageError("--size says how many GPUs a node has: leave --gpus out.");
  const found = sizesWithGpus[gpus];
  if (found !== undefined) return found;
  const known = Object.keys(sizesWithGpus).join(", ");
  throw usageError(`--gpus takes ${known}: no size has ${gpus}. More come with more nodes (--nodes).`);
}

export interface ClusterWish {
  readonly cluster: string;
  readonly size: string;
  readonly spot: boolean;
  readonly maxNodes: number;
}

/** @returns the ARM id of the cluster. */
export async function makeMissing(
  { client, location }: Service,
  job: JobRef,
  wish: ClusterWish,
  context: Context,
): Promise<string> {
  const workspace = workspaceOf(job);
  if ((await client.workspaces.find(workspace)) === undefined) {
    if (location === undefined)
      throw usageError(
        `The workspace '${workspace.workspace}' is not there; to make it, set BATCHAI_LOCATION.`,
      );
    notify(context, `Making the workspace '${workspace.workspace}'`);
    await client.workspaces.create(workspace, { location });
  }
  const { kind: _kind, ...within } = workspace;
  const experiment: ExperimentRef = { ...within, kind: "experiment", experiment: job.experiment };
  if ((await client.experiments.find(experiment)) === undefined) await client.experiments.create(experiment);
  const cluster: ClusterRef = { ...within, kind: "cluster", cluster: wish.cluster };
  if ((await client.clusters.find(cluster)) === undefined) {
    notify(
      context,
      `Making the cluster '${wish.cluster}' of ${wish.size}, which is empty while nothing runs`,
    );
    await client.clusters.create(cluster, await clusterSpec(wish, context));
  }
  return formatId(cluster);
}

async function clusterSpec({ size, spot, maxNodes }: ClusterWish, context: Context): Promise<object> {
  const nobody = { userName: undefined, sshKey: undefined, generateKeys: false, password: undefined };
  return {
    properties: {
      vmSize: size,
      vmPriority: spot ? "lowpriority" : "dedicated",
      scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: maxNodes, initialNodeCount: 1 } },
      userAccountSettings: await adminOf(nobody, undefined, context),
    },
  };
}
