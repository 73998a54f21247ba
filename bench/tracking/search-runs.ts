// A search of 10,000 runs with a filter, an order and a page of 100, over the local table storage: the first one of a process, which reads the
// whole experiment as every search did once; one after which nothing changed; and one after each change of a run. Requests to the storage and
// processor time of this process. Run: npm run bench -- tracking/search-runs
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { inLanes } from "../../services/in-lanes.ts";
import { searchRuns } from "../../application/tracking/searches.ts";
import type { TrackingScope } from "../../application/tracking/scope.ts";
import { newExperiment } from "../../domain/experiment/rules.ts";
import { JobDocument } from "../../domain/job/schema.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import { requests } from "../../domain/tracking/requests.ts";
import { freshRun, withMetrics, withParams } from "../../domain/tracking/run.ts";
import { silentLogger } from "../../local/logger.ts";
import { startAzurite } from "../../local/storage/index.ts";
import { tableDocuments } from "../../services/azure/table-documents.ts";
import type { DocumentStore } from "../../services/documents.ts";
import { documentRuns } from "../../services/documents/runs.ts";
import { documentState } from "../../services/documents/document-state.ts";
import { groupedCommits } from "../../services/documents/grouped-commits.ts";
import type { Services } from "../../services/services.ts";
import type { ViewSnapshots } from "../../services/view-snapshots.ts";
import { memorySnapshots } from "../../test/support/app/memory-snapshots.ts";
import { median, report } from "../durable/support/measure.ts";

const count = 10_000;
const experiment = {
  kind: "experiment",
  subscriptionId: "00000000-0000-4000-8000-000000000001",
  resourceGroup: "g",
  workspace: "w",
  experiment: "large",
} as const;
const cluster = "/subscriptions/s/resourceGroups/g/providers/Microsoft.BatchAI/workspaces/w/clusters/c";
const time = "2026-11-29T04:00:00.000Z";

const jobOf = (index: number): JobDocument =>
  JobDocument.parse({
    ...experiment,
    kind: "job",
    job: `j${index}`,
    guid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    spec: {
      cluster: { id: cluster },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      toolkit: { block: "customToolkitSettings", settings: { commandLine: "python train.py" } },
      secrets: [],
    },
    clusterGuid: "00000000-0000-4000-8000-00000000c1a5",
    clusterVmSize: "STANDARD_D2S_V3",
    creationTime: time,
    provisioningState: "succeeded",
    provisioningStateTransitionTime: time,
    executionState: "succeeded",
    executionStateTransitionTime: time,
    executionInfo: { startTime: time, endTime: time, exitCode: 0 },
    attempt: 1,
    losses: { preemptions: 0, resizes: 0, nodeFaults: 0 },
    tracked: true,
  });

function recordOf({ job: name, guid }: JobDocument, index: number) {
  const { experiment: of } = experiment;
  const run = freshRun({
    kind: "job",
    experiment: of,
    job: { name, guid },
    name,
    user: "",
    startTime: index,
  });
  const metrics = ["loss", "accuracy", "val_loss", "val_accuracy", "speed"];
  const params = ["lr", "layers", "width", "seed", "batch"];
  return withParams(
    withMetrics(
      run,
      metrics.map((key, at) => ({ key, value: ((index * 7919 + at) % count) / count, step: 100, time: 1 })),
    ),
    params.map((key, at) => ({ key, value: String((index + at) % 7) })),
    1,
  );
}

let operations = 0;
function counted(store: DocumentStore): DocumentStore {
  const count = <Result>(call: () => Result): Result => {
    operations += 1;
    return call();
  };
  return {
    get: (key) => count(() => store.get(key)),
    page: (range) => count(() => store.page(range)),
    commit: (partition, writes) => count(() => store.commit(partition, writes)),
    remove: (key, etag) => count(() => store.remove(key, etag)),
    partitions: (prefix) => count(() => store.partitions(prefix)),
  };
}

const account = { name: "bench", key: Buffer.alloc(64, 7).toString("base64") };
const folder = await mkdtemp(join(tmpdir(), "bench-search-"));
const childFile = fileURLToPath(new URL("../../local/azurite.mjs", import.meta.url));
const azurite = await startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
try {
  const key = new AzureNamedKeyCredential(account.name, account.key);
  const table = new TableClient(azurite.tableUrl, "bench", key, { allowInsecureConnection: true });
  const store = groupedCommits(counted(tableDocuments(table)));
  const random = { uuid: () => randomUUID(), bytes: (length: number) => randomBytes(length) };
  let ago = 3_600_000;
  const now = () => Date.now() - ago;
  const state = documentState({ store, random, now });
  const snapshots = memorySnapshots(now);
  /** As a process that begins has them. */
  const servicesOf = (left: ViewSnapshots = snapshots) =>
    ({
      state: documentState({ store, random, now }),
      runs: documentRuns({ store, random, now }),
      clock: { now },
      logger: silentLogger,
      snapshots: left,
    }) as unknown as Services;
  const services = servicesOf();
  const change = { time, actor: "bench", cause: "made" };
  await state.experiments.create(experiment, newExperiment(experiment, new Date()), change);
  const placeOf = ({ guid }: JobDocument) => ({ experiment, jobGuid: guid });
  const jobs = Array.from({ length: count }, (_, index) => jobOf(index));
  const chunk = 200;
  for (let start = 0; start < count; start += chunk)
    await Promise.all(
      jobs.slice(start, start + chunk).map(async (job, at) => {
        await state.jobs.create(refOf<"job">(job), job, change);
        await services.runs.write(placeOf(job), recordOf(job, start + at), undefined);
      }),
    );

  const scope: TrackingScope = {
    kind: "workspace",
    workspace: { ...experiment, kind: "workspace" },
  };
  const asked = requests.searchRuns.parse({
    experiment_ids: [experiment.experiment],
    filter: "metrics.loss < 0.5 and params.lr = '3' and attributes.status = 'FINISHED'",
    order_by: ["metrics.accuracy DESC"],
    max_results: 100,
  });
  const measured = async (
    name: string,
    rounds: number,
    before: (round: number) => Promise<unknown>,
    of: () => Services,
  ) => {
    const [times, processor, requests]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      await before(round);
      const searching = of();
      operations = 0;
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const { runs } = await searchRuns(searching, scope, asked);
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(cpu);
      processor.push((user + system) / 1_000);
      requests.push(operations);
      if (runs.length !== 100) throw new Error(`${runs.length} runs were found`);
    }
    report({ name: `a search of ${count} runs, ${name}, median`, value: median(times), unit: "ms" });
    const isFirst = !/^(nothing|one)/.test(name);
    report({
      name: "  processor time",
      value: median(processor),
      unit: "ms",
      ...(isFirst ? {} : { target: { atMost: 300 } }),
    });
    report({
      name: "  requests to the storage",
      value: median(requests),
      unit: "",
      ...(isFirst ? {} : { target: { atMost: 10 } }),
    });
  };
  const nothing = async () => undefined;
  await searchRuns(services, scope, asked);
  await measured("all written just now, nothing changed", 5, nothing, () => services);
  ago = 0;
  await measured("first of all processes", 3, nothing, () => servicesOf(memorySnapshots(now)));
  await measured("first of a process", 3, nothing, () => servicesOf());
  await measured("nothing changed", 15, nothing, () => services);
  const log = async (round: number) => {
    const job = jobs[round * 13];
    const found = job === undefined ? undefined : await services.runs.get(placeOf(job));
    if (job === undefined || found === undefined) throw new Error("the run is not there");
    const item = withMetrics(found.item, [{ key: "loss", value: 0.1, step: 200 + round, time: 2 }]);
    await services.runs.write(placeOf(job), item, found.etag);
  };
  await measured("one run changed", 15, log, () => services);
  await measured(
    "100 runs changed",
    5,
    async (round) => inLanes(Array.from({ length: 100 }), async (_, at) => log(round * 100 + at)),
    () => services,
  );
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}
