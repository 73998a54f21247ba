// How long a page of 10,000 trials takes, sorted or filtered, over the local blob storage: with the record unchanged since the
// page before (whoever leafs through a sweep), rewritten by this process before each page (a sweep that runs), and by another one (an app of several instances).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTrials } from "../../application/sweeps/trials.ts";
import { SweepRequest } from "../../domain/sweep/spec.ts";
import { sweepSpec } from "../../domain/sweep/spec-rules.ts";
import { draws } from "../../domain/sweep/search/random.ts";
import { suggest } from "../../domain/sweep/search/algorithm.ts";
import { newSweep } from "../../domain/sweep/rules.ts";
import { guid } from "../../domain/shared/brand.ts";
import { newTrial } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { silentLogger } from "../../local/logger.ts";
import { startAzurite } from "../../local/storage/index.ts";
import { blobAccess } from "../../services/azure/blob-containers.ts";
import { blobSweepRecords } from "../../services/azure/blob-sweep-records.ts";
import type { Services } from "../../services/services.ts";
import { report } from "../durable/support/measure.ts";

const count = 10_000;
const { properties } = SweepRequest.parse({
  properties: {
    trial: { properties: {} },
    searchSpace: {
      LR: { type: "loguniform", min: 1e-5, max: 1 },
      WIDTH: { type: "choice", values: [8, 16, 32] },
      KIND: { type: "choice", values: ["sgd", "adam"] },
    },
    objective: { metric: "loss", goal: "minimize" },
    algorithm: { type: "random", seed: 1 },
    limits: { maxTrials: count, maxConcurrentTrials: 16 },
  },
});
const spec = sweepSpec(properties, properties.searchSpace, { seed: 1, nodeCount: 1 });
const ref = {
  kind: "sweep",
  subscriptionId: "s",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
  sweep: "large",
} as const;
const sweep = newSweep(ref, guid("00000000-0000-4000-8000-000000000001"), { spec, template: {} }, new Date());

function ended(index: number): Trial {
  const value = draws(2, "value", index)();
  const figures = { n: 100, last: value, lastStep: 100, min: value, minStep: 90, max: 1, maxStep: 1 };
  return {
    ...newTrial(index, suggest(spec.algorithm, spec.searchSpace, index, []) ?? {}, 0),
    state: index % 10 === 0 ? "failed" : "succeeded",
    jobGuid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    startTime: "2026-11-29T04:00:00.000Z",
    endTime: "2026-11-29T04:01:00.000Z",
    exitCode: index % 10 === 0 ? 1 : 0,
    watched: 100,
    figures: { loss: figures, accuracy: figures },
  };
}

const account = { name: "bench", key: Buffer.alloc(64, 7).toString("base64") };
const folder = await mkdtemp(join(tmpdir(), "bench-trials-"));
const childFile = fileURLToPath(new URL("../../local/azurite.mjs", import.meta.url));
const azurite = await startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
try {
  const clock = { now: () => Date.now(), sleep: async () => undefined };
  const access = blobAccess({
    endpointTemplate: azurite.blobUrl.replace(account.name, "{account}"),
    credential: { getToken: async () => null },
    clock,
  });
  const records = blobSweepRecords(access, account);
  const collection = { get: async () => sweep };
  const services = {
    state: { of: () => collection, sweeps: collection },
    sweepRecords: records,
  } as unknown as Services;
  const record = { version: 1 as const, trials: Array.from({ length: count }, (_, index) => ended(index)) };
  const writing = (by: typeof records) => async () => {
    const before = await by.read(sweep.guid);
    const changed = before?.record ?? record;
    await by.write(sweep.guid, { ...changed, trials: [ended(0), ...changed.trials.slice(1)] }, before?.etag);
  };
  const write = writing(records);
  await write();
  const queries = [
    { orderBy: "value desc" },
    { orderBy: "params.LR" },
    { filter: "state eq 'failed' and params.WIDTH eq 16", orderBy: "metrics.loss.min" },
  ];
  for (const [name, before] of [
    ["unchanged", async () => undefined],
    ["rewritten before", write],
    ["rewritten elsewhere", writing(blobSweepRecords(access, account))],
  ] as const) {
    const times: number[] = [];
    let usedMicroseconds = 0;
    for (let round = 0; round < 40; round += 1) {
      await before();
      const start = performance.now();
      const usedBefore = process.cpuUsage();
      const found = await findTrials(services, ref, queries[round % queries.length] ?? {});
      JSON.stringify(found.trials.slice(0, 200).map(found.whole));
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(usedBefore);
      usedMicroseconds += user + system;
    }
    times.sort((a, b) => a - b);
    report({ name: `a page of ${count} trials, ${name}, median`, value: times[20] ?? 0, unit: "ms" });
    const target = name === "rewritten elsewhere" ? {} : { target: { atMost: 100 } };
    report({ name: "  p95", value: times[37] ?? 0, unit: "ms", ...target });
    report({ name: "  processor time of this process", value: usedMicroseconds / 1000 / 40, unit: "ms" });
  }
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}
