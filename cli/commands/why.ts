// `batchai why JOB`, `batchai why -c CLUSTER`: why a job waits, runs so long, or failed; why a cluster has not its nodes. The rules are the
// domain's; here the facts are gathered and the answer shown.
import { diagnose } from "../../domain/diagnosis/diagnose.ts";
import { diagnoseCluster } from "../../domain/diagnosis/diagnose-cluster.ts";
import { commandOf } from "../../domain/diagnosis/facts.ts";
import type { Cause } from "../../domain/diagnosis/facts.ts";
import { parseId } from "../../domain/shared/resource-id.ts";
import type { ClusterRef, JobRef } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { hint } from "../hints.ts";
import { text } from "../options.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { clusterRef, inExperiment, jobRef, openService } from "../service.ts";
import type { Service } from "../service.ts";
import { whyFacts } from "../why-facts.ts";

const columns: Columns<Cause> = [
  ["Why", ({ says }) => says],
  ["Because", ({ because }) => because],
  ["What helps", ({ remedy }) => remedy],
];

export const why = command({
  examples: ["why first -w lab -e digits", "why -w lab -c nodes", "why first -o json"],
  words: { usage: "[job]", description: "the job, by its name; or the ARM id of a job or a cluster" },
  options: {
    ...inExperiment,
    cluster: text("-c, --cluster <name>", "ask about this cluster instead"),
    ...printing,
  },
  async run(given, context, [word]) {
    const service = await openService(given, context);
    const ref = askedFor(service, given, word);
    const causes = await causesOf(ref, service, context);
    await printAll(causes, columns, given, context);
    const place = `-w ${ref.workspace}`;
    const next = causes.flatMap(({ command: line }) => (line === undefined ? [] : [commandOf(line, place)]));
    if (next.length > 0) hint(context, ...new Set(next));
  },
});

interface Asked {
  readonly workspace: string | undefined;
  readonly experiment: string | undefined;
  readonly cluster: string | undefined;
}

function askedFor(service: Service, given: Asked, word: string | undefined): JobRef | ClusterRef {
  if ((word === undefined) === (given.cluster === undefined))
    throw usageError("Why what? Name a job, or a cluster with -c.");
  if (given.cluster !== undefined) return clusterRef(service, given, given.cluster);
  const job = word ?? "";
  const ref = job.startsWith("/") ? parseId(job) : jobRef(service, given, job);
  if (ref.kind !== "job" && ref.kind !== "cluster")
    throw usageError(`'${job}' is neither a job nor a cluster.`);
  return ref;
}

async function causesOf(
  ref: JobRef | ClusterRef,
  service: Service,
  context: Context,
): Promise<readonly Cause[]> {
  if (ref.kind === "job") return diagnose(await whyFacts(service.client, ref, context));
  const { name, properties } = await service.client.clusters.get(ref);
  return diagnoseCluster(name, properties);
}
