// The body of `cluster create`: the file's properties, and the options of `az batchai` over them.
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { usageError } from "../failure.ts";
import type { StorageAccount } from "../service.ts";
import { isObject } from "./read-spec.ts";
import type { Spec } from "./read-spec.ts";
import { withMounts } from "./storage-options.ts";
import type { StorageGiven } from "./storage-options.ts";

export interface ClusterGiven extends StorageGiven {
  readonly vmSize: string | undefined;
  readonly image: string | undefined;
  readonly target: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly priority: string | undefined;
  readonly setupTask: string | undefined;
  readonly setupTaskOutput: string | undefined;
  readonly subnet: string | undefined;
  readonly customImage: string | undefined;
}

export function clusterSpec(
  file: Spec | undefined,
  given: ClusterGiven,
  account: StorageAccount | undefined,
  userAccountSettings: object,
  workspace: WorkspaceRef,
): Spec {
  const { nodeSetup, ...properties } = file?.properties ?? {};
  const scaleSettings = scaleOf(given);
  const image = imageOf(given);
  const setup = nodeSetupOf(nodeSetup, given, account, workspace);
  return {
    properties: {
      ...properties,
      ...(given.vmSize === undefined ? {} : { vmSize: given.vmSize }),
      ...(given.priority === undefined ? {} : { vmPriority: given.priority }),
      ...(scaleSettings === undefined ? {} : { scaleSettings }),
      ...(image === undefined ? {} : { virtualMachineConfiguration: { imageReference: image } }),
      ...(given.subnet === undefined ? {} : { subnet: { id: given.subnet } }),
      ...(setup === undefined ? {} : { nodeSetup: setup }),
      userAccountSettings,
    },
  };
}

/** `--target` alone, or a least and a most that are equal, is a fixed size; otherwise the cluster scales by itself. */
export function scaleOf({
  target,
  min,
  max,
}: Pick<ClusterGiven, "target" | "min" | "max">): object | undefined {
  if ((min === undefined) !== (max === undefined)) throw usageError("--min and --max go together.");
  if (min === undefined || max === undefined)
    return target === undefined ? undefined : { manual: { targetNodeCount: target } };
  if (min === max) return { manual: { targetNodeCount: min } };
  return { autoScale: { minimumNodeCount: min, maximumNodeCount: max, initialNodeCount: target ?? 0 } };
}

const images: Readonly<Record<string, string>> = {
  ubuntults: "Canonical:UbuntuServer:16.04-LTS:latest",
  ubuntudsvm: "microsoft-ads:linux-data-science-vm-ubuntu:linuxdsvmubuntu:latest",
};

function imageOf({ image, customImage }: Pick<ClusterGiven, "image" | "customImage">): object | undefined {
  if (image === undefined) {
    if (customImage === undefined) return undefined;
    throw usageError("--custom-image needs --image, what it was made from.");
  }
  const [publisher, offer, sku, version, more] = (images[image.toLowerCase()] ?? image).split(":");
  if (!publisher || !offer || !sku || !version || more !== undefined)
    throw usageError("--image takes UbuntuLTS, UbuntuDSVM or publisher:offer:sku:version.");
  const from = { publisher, offer, sku, version };
  return customImage === undefined ? from : { ...from, virtualMachineImageId: customImage };
}

function nodeSetupOf(
  known: unknown,
  given: ClusterGiven,
  account: StorageAccount | undefined,
  workspace: WorkspaceRef,
): object | undefined {
  const setup = isObject(known) ? known : undefined;
  const mountVolumes = withMounts(setup?.["mountVolumes"], given, account, workspace);
  const { setupTask, setupTaskOutput } = given;
  if (setupTask === undefined && setupTaskOutput !== undefined)
    throw usageError("--setup-task-output needs --setup-task.");
  if (setupTask !== undefined && setupTaskOutput === undefined)
    throw usageError("--setup-task needs --setup-task-output, a folder for its logs.");
  if (setup === undefined && mountVolumes === undefined && setupTask === undefined) return undefined;
  return {
    ...setup,
    ...(mountVolumes === undefined ? {} : { mountVolumes }),
    ...(setupTask === undefined
      ? {}
      : { setupTask: { commandLine: setupTask, stdOutErrPathPrefix: setupTaskOutput } }),
  };
}
