// The deletion of an experiment with thousands of jobs that have ended, in two sizes, so that one sees whether it grows with
// their number only; what it costs others who ask for something meanwhile; and jobs that are deleted one by one.
// Run: npm run bench -- api/deletions [--jobs 5000] [--alone 200]
import { randomBytes, randomUUID } from "node:crypto";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { endedRun } from "../../domain/job/rules.ts";
import { JobDocument } from "../../domain/job/schema.ts";
import { parseId, refOf } from "../../domain/shared/resource-id.ts";
import { tableDocuments } from "../../services/azure/table-documents.ts";
import { documentState } from "../../services/documents/document-state.ts";
import { groupedCommits } from "../../services/documents/grouped-commits.ts";
import { report } from "../durable/support/measure.ts";
import { percentile } from "../functions-host/support/load.ts";
import { inLanes, noOpJob, pause, startBenchCloud } from "./support/bench-cloud.ts";

const option = (name: string, otherwise: number) =>
  Number(process.argv[process.argv.indexOf(name) + 1] || otherwise) || otherwise;
const jobs = option("--jobs", 5_000);
const alone = option("--alone", 200);
const bench = await startBenchCloud();
const { api, workspace, cloud } = bench;
const { storageAccount, urls } = cloud.description;
const key = new AzureNamedKeyCredential(storageAccount.name, storageAccount.key);
const table = new TableClient(urls.table, "batchai", key, { allowInsecureConnection: true });
const random = { uuid: () => randomUUID(), bytes: (length: number) => randomBytes(length) };
const store = groupedCommits(tableDocuments(table));
const state = documentState({ store, random, now: () => Date.now() });
const experiment = (name: string) => `${workspace}/experiments/${name}`;

/** As they are after their end: the documents, and that their cluster knows them. Nobody could wait for so many to run. */
async function addEnded(name: string, count: number): Promise<void> {
  await api.call("PUT", experiment(name));
  await inLanes(count, 200, async (index) => {
    const now = new Date();
    const fresh: JobDocument = { ...model, experiment: name, job: `j${index}`, guid: random.uuid() };
    const ended = endedRun(fresh, { kind: "succeeded", exitCode: 0 }, {}, now);
    await state.jobs.create(refOf<"job">(ended), ended, {
      time: now.toISOString(),
      actor: "bench",
      cause: "made",
    });
    const row = `known|${ended.guid}`;
    await store.commit(`active|${model.clusterGuid}`, [{ kind: "put", row, value: {} }]);
  });
}

async function isGone(path: string): Promise<boolean> {
  return api.call("GET", path).then(
    () => false,
    (error: unknown) => String(error).includes(": 404"),
  );
}

async function deleteWhole(name: string, count: number): Promise<void> {
  await addEnded(name, count);
  const answers: number[] = [];
  let over = false;
  const others = (async () => {
    while (!over) {
      const began = performance.now();
      await api.call("GET", experiment("e"));
      answers.push(performance.now() - began);
      await pause(20);
    }
  })();
  const began = performance.now();
  await api.call("DELETE", experiment(name));
  while (!(await isGone(experiment(name)))) await pause(100);
  const seconds = (performance.now() - began) / 1_000;
  over = true;
  await others;
  report({
    name: `an experiment with ${count} ended jobs`,
    value: seconds,
    unit: "s",
    target: { atMost: 60 },
  });
  report({ name: "  a job", value: (seconds * 1_000) / count, unit: "ms" });
  report({ name: "  GET of another meanwhile, p95", value: percentile(answers, 0.95), unit: "ms" });
  report({ name: "  the slowest", value: Math.max(...answers), unit: "ms" });
}

const cluster = `${workspace}/clusters/empty`;
await api.call("PUT", cluster, {
  properties: {
    vmSize: "STANDARD_D1_V2",
    scaleSettings: { manual: { targetNodeCount: 0 } },
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
  },
});
const modelPath = `${experiment("e")}/jobs/model`;
await api.call("PUT", modelPath, noOpJob(cluster));
const ref = parseId(modelPath);
const model = JobDocument.parse(ref.kind === "job" ? await state.jobs.get(ref) : undefined);
try {
  await deleteWhole("small", Math.round(jobs / 5));
  await deleteWhole("large", jobs);
  await addEnded("single", alone);
  const began = performance.now();
  await inLanes(alone, 10, (index) => api.call("DELETE", `${experiment("single")}/jobs/j${index}`));
  await inLanes(alone, 10, async (index) => {
    while (!(await isGone(`${experiment("single")}/jobs/j${index}`))) await pause(100);
  });
  const each = (performance.now() - began) / alone;
  report({ name: `${alone} ended jobs deleted one by one`, value: each, unit: "ms/job" });
} finally {
  await bench.dispose();
}
