// `batchai plan FILE`: what creating it would come to, without creating anything. Exits with 5 where it could not run.
import { ClusterRequest } from "../../domain/cluster/schema.ts";
import { planCluster, planJob, planPrice } from "../../domain/diagnosis/plan.ts";
import type { Finding, PlannedNodes } from "../../domain/diagnosis/plan.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { SpotPolicy } from "../../domain/job/spot/policy.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import { all } from "../../client/paging.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { amount, text } from "../options.ts";
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
  examples: ["plan cluster.json -w lab", "plan job.yaml -w lab -c nodes --hours 3"],
  words: { usage: "<file>", description: "cluster.json or job.json, or the same in YAML" },
  options: {
    ...inExperiment,
    cluster: text("-c, --cluster <name>", "cluster of the job (default: $BATCHAI_CLUSTER)"),
    hours: amount("--hours <number>", "also tell what the nodes cost in so many hours"),
    region: text(
      "--region <region>",
      "whose prices are taken (default: the service's, or $BATCHAI_LOCATION)",
    ),
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
    const pricing = { service, region: given.region ?? service.location, hours: given.hours };
    const findings = isCluster ? await ofCluster(spec, pricing, context) : await ofJob(spec, pricing, given);
    await printAll(findings, columns, given, context);
    return findings.some(({ verdict }) => verdict === "cannotRun") ? exitCodes.cannotRun : exitCodes.ok;
  },
});

interface Pricing {
  readonly service: Service;
  readonly region: string | undefined;
  readonly hours: number | undefined;
}

async function ofCluster({ properties }: Spec, pricing: Pricing, context: Context): Promise<Finding[]> {
  const { service } = pricing;
  const { client, subscriptionId, location } = service;
  if (location === undefined) throw usageError("Quota is that of a region: set BATCHAI_LOCATION.");
  const parsed = planned.safeParse(properties);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usageError(`properties.${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { vmSize, vmPriority, scaleSettings, virtualMachineConfiguration } = parsed.data;
  const { autoScale, manual } = scaleSettings ?? {};
  const nodes = autoScale?.maximumNodeCount ?? manual?.targetNodeCount ?? 0;
  const range = { fewest: autoScale?.minimumNodeCount ?? nodes, most: nodes };
  const image = virtualMachineConfiguration?.imageReference;
  const usages = await all(client.usages(subscriptionId, location));
  const now = new Date(context.now());
  const findings = planCluster(
    { vmSize, vmPriority, nodes, image },
    { usages, now, isLocalCloud: service.isLocalCloud },
  );
  return [...findings, ...(await priceOf({ vmSize, vmPriority, ...range }, pricing))];
}

type Nodes = Pick<PlannedNodes, "vmSize" | "vmPriority" | "fewest" | "most" | "when">;

/** Nothing where the region is not known. */
async function priceOf(nodes: Nodes, { service, region, hours }: Pricing): Promise<Finding[]> {
  if (region === undefined) return [];
  const prices = await all(service.client.prices(service.subscriptionId, region, [nodes.vmSize]));
  return [planPrice({ ...nodes, location: region, hours }, prices)];
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
  pricing: Pricing,
  given: { readonly workspace: string | undefined; readonly cluster: string | undefined },
): Promise<Finding[]> {
  const { service } = pricing;
  const { nodeCount, spot } = properties;
  if (typeof nodeCount !== "number") throw usageError("properties.nodeCount: a job wants a number of nodes.");
  const name = givenCluster(service, given);
  const ref = name.startsWith("/") ? parseClusterId(name) : clusterRef(service, given, name);
  const found = await service.client.clusters.find(ref);
  const nodes = { fewest: nodeCount, most: nodeCount };
  const here = found === undefined ? [] : await priceOf({ ...found.properties, ...nodes }, pricing);
  const there = SpotPolicy.pick({ cluster: true }).safeParse(spot).data;
  const sibling = there && (await service.client.clusters.find(parseClusterId(there.cluster.id)));
  const when = `when it goes on on ${sibling?.name ?? ""}`;
  const otherwise =
    sibling === undefined ? [] : await priceOf({ ...sibling.properties, ...nodes, when }, pricing);
  return [...planJob(nodeCount, ref.cluster, found?.properties), ...here, ...otherwise];
}
