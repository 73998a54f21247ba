// `batchai plan FILE`: what creating it would come to, without creating anything. Exits with 5 where it could not run.
import { ClusterRequest } from "../../domain/cluster/schema.ts";
import { planCluster, planJob } from "../../domain/diagnosis/plan.ts";
import type { Finding } from "../../domain/diagnosis/plan.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import { all } from "../../client/paging.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { clusterRef, givenCluster, inExperiment, openService } from "../service.ts";
import type { Service } from "../service.ts";
import { readSpec } from "../spec/read-spec.ts";
import type { Spec } from "../spec/read-spec.ts";
import { accountOf, storageOptions } from "../spec/storage-options.ts";

const columns: Columns<Finding> = [
  ["What", ({ what }) => what],
  ["Verdict", ({ verdict }) => (verdict === "cannotRun" ? "cannot run" : verdict)],
  ["Says", ({ says }) => says],
];

export const plan = command({
  examples: ["plan cluster.json -w lab", "plan job.yaml -w lab -c nodes"],
  words: { usage: "<file>", description: "cluster.json or job.json, or the same in YAML" },
  options: {
    ...inExperiment,
    cluster: text("-c, --cluster <name>", "cluster of the job (default: $BATCHAI_CLUSTER)"),
    ...storageOptions,
    ...printing,
  },
  async run(given, context, [file = ""]) {
    const service = await openService(given, context);
    const account = accountOf(given, service);
    const spec = await readSpec(file, context, account, ({ vmSize }) =>
      vmSize === undefined ? JobRequest : ClusterRequest,
    );
    const isCluster = spec.properties["vmSize"] !== undefined;
    const findings = isCluster ? await ofCluster(spec, service, context) : await ofJob(spec, service, given);
    await printAll(findings, columns, given, context);
    return findings.some(({ verdict }) => verdict === "cannotRun") ? exitCodes.cannotRun : exitCodes.ok;
  },
});

async function ofCluster({ properties }: Spec, service: Service, context: Context): Promise<Finding[]> {
  const { client, subscriptionId, location } = service;
  if (location === undefined) throw usageError("Quota is that of a region: set BATCHAI_LOCATION.");
  const parsed = planned.safeParse(properties);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usageError(`properties.${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { vmSize, vmPriority, scaleSettings, virtualMachineConfiguration } = parsed.data;
  const nodes = scaleSettings?.autoScale?.maximumNodeCount ?? scaleSettings?.manual?.targetNodeCount ?? 0;
  const image = virtualMachineConfiguration?.imageReference;
  const usages = await all(client.usages(subscriptionId, location));
  const now = new Date(context.now());
  return planCluster(
    { vmSize, vmPriority, nodes, image },
    { usages, now, isLocalCloud: service.isLocalCloud },
  );
}

/** The members that a plan looks at; the administrator may still be missing. */
const planned = ClusterRequest.shape.properties.pick({
  vmSize: true,
  vmPriority: true,
  scaleSettings: true,
  virtualMachineConfiguration: true,
});

async function ofJob(
  { properties }: Spec,
  service: Service,
  given: { readonly workspace: string | undefined; readonly cluster: string | undefined },
): Promise<Finding[]> {
  const { nodeCount } = properties;
  if (typeof nodeCount !== "number") throw usageError("properties.nodeCount: a job wants a number of nodes.");
  const name = givenCluster(service, given);
  const ref = name.startsWith("/") ? parseClusterId(name) : clusterRef(service, given, name);
  const found = await service.client.clusters.find(ref);
  return planJob(nodeCount, ref.cluster, found?.properties);
}
