// Jobs of every kind while whatever the app talks to loses requests, answers late, twice, in halves or not at all: absence of evidence
// harms nothing. Each job ends once, as its program did; nothing is left. `FAULT_SEED` chooses another order of events.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import { faultProxy, faults } from "../../support/faults/fault-proxy.ts";
import type { FaultProxy } from "../../support/faults/fault-proxy.ts";
import { apiOf } from "../../support/raw-api.ts";
import type { Reply } from "../../support/raw-api.ts";
import { remains } from "../../support/walk/remains.ts";

const seed = Number(process.env["FAULT_SEED"] ?? 5);
const share = 0.15;
const limitMs = 150_000;

/** Storage reads what was written, and nothing stands in between; Batch may answer from a copy that is behind. */
const consistent = faults.filter((fault) => fault !== "stale" && fault !== "foreign");
const names = ["batch", "arm", "table", "blob", "queue"] as const;
const proxies = new Map<(typeof names)[number], FaultProxy>();
let data = "";
let cloud: LocalCloud;

beforeAll(async () => {
  for (const [index, name] of names.entries()) {
    const only = name === "batch" ? faults : consistent;
    proxies.set(name, await faultProxy(seed * 100 + index, { only }));
  }
  const at = (name: (typeof names)[number]) => proxies.get(name)?.url ?? "";
  data = await mkdtemp(join(tmpdir(), "faults-"));
  cloud = await startLocal({
    data,
    appSettings: {
      BATCHAI_OUTPUT_GRACE_MS: "0",
      BATCHAI_BATCH_ENDPOINT: at("batch"),
      BATCHAI_ARM_ENDPOINT: at("arm"),
      BATCHAI_TABLE_ENDPOINT_TEMPLATE: `${at("table")}/{account}`,
      BATCHAI_BLOB_ENDPOINT_TEMPLATE: `${at("blob")}/{account}`,
      BATCHAI_QUEUE_ENDPOINT_TEMPLATE: `${at("queue")}/{account}`,
    },
  });
  const { urls } = cloud.description;
  const targets = {
    batch: urls.batch,
    arm: urls.batch,
    table: urls.table,
    blob: urls.blob,
    queue: urls.queue,
  };
  for (const [name, proxy] of proxies) proxy.target = new URL(targets[name]).origin;
  await createShare(cloud);
}, 60_000);

afterAll(async () => {
  await cloud.dispose();
  for (const proxy of proxies.values()) await proxy.close();
  await rm(data, { recursive: true, force: true });
});

const setShare = (of: number) => {
  for (const proxy of proxies.values()) proxy.share = of;
};

it(
  "jobs end as their programs do, and nothing is left, whatever happens to requests and answers",
  async () => {
    const api = apiOf(cloud, "faults");
    /** As a patient client does: what may pass by itself is asked again. */
    const ask = (method: string, path: string, body?: object): Promise<Reply> =>
      until(`${method} ${path}`, async () => {
        const reply = await api.send(method, path, body).catch(() => undefined);
        return reply === undefined || reply.status === 429 || reply.status >= 500 ? undefined : reply;
      });
    const clusterPath = `${api.workspace}/clusters/c`;
    const experimentPath = `${api.workspace}/experiments/e`;
    const jobPath = (name: string) => `${experimentPath}/jobs/${name}`;
    const state = async (name: string) =>
      ((await ask("GET", jobPath(name))).body as { properties?: { executionState: string } }).properties
        ?.executionState;
    const submit = async (name: string, commandLine: string, more: object = {}) => {
      const properties = customJob(clusterPath, commandLine, more);
      expect((await ask("PUT", jobPath(name), { properties })).status).toBeLessThan(300);
    };

    setShare(share);
    await ask("PUT", api.workspace, { location: "local" });
    await ask("PUT", experimentPath);
    await ask("PUT", clusterPath, { properties: clusterOf(cloud, 3) });
    const codes = [0, 3, 0, 1, 0, 7, 0, 2];
    for (const [at, code] of codes.entries())
      await submit(`j${at}`, `test "$WORD" = told && exit ${code}; exit 99`, {
        secrets: [{ name: "WORD", value: "told" }],
      });
    await submit("gang", "hostname", { nodeCount: 2 });
    await submit("terminated", "sleep 600");
    await submit("deleted", "sleep 600");
    await until(
      "the start of both",
      async () =>
        (await state("terminated")) === "running" && (await state("deleted")) === "running"
          ? true
          : undefined,
      limitMs,
    );
    await ask("POST", `${jobPath("terminated")}/terminate`);
    await ask("DELETE", jobPath("deleted"));
    const ended = new Map<string, unknown>();
    for (const name of [...codes.map((_, at) => `j${at}`), "gang", "terminated"])
      await until(
        `the end of ${name}`,
        async () => {
          const { properties } = (await ask("GET", jobPath(name))).body as { properties: Shown };
          if (properties.executionState !== "succeeded" && properties.executionState !== "failed")
            return undefined;
          const { exitCode, errors = [] } = properties.executionInfo;
          ended.set(name, exitCode ?? errors.map(({ code }) => code).join());
          return true;
        },
        limitMs,
      );
    const told = Object.fromEntries(codes.map((code, at) => [`j${at}`, code]));
    expect(Object.fromEntries(ended)).toEqual({ ...told, gang: 0, terminated: "JobTerminated" });
    await until(
      "the deletion",
      async () => ((await ask("GET", jobPath("deleted"))).status === 404 ? true : undefined),
      limitMs,
    );

    await ask("DELETE", api.workspace);
    await until(
      "its end",
      async () => ((await ask("GET", api.workspace)).status === 404 ? true : undefined),
      limitMs,
    );
    setShare(0);
    const { pools, batchJobs, tasks, stagedFiles, secrets, activeRows, claims } = await remains(cloud, data);
    expect({ pools, batchJobs, tasks, stagedFiles, secrets, activeRows, claims }).toEqual({
      pools: [],
      batchJobs: [],
      tasks: [],
      stagedFiles: [],
      secrets: [],
      activeRows: [],
      claims: [],
    });
    const happened = new Set([...proxies.values()].flatMap((proxy) => [...proxy.happened.keys()]));
    for (const fault of [
      "late",
      "resetBefore",
      "resetAfter",
      "throttled",
      "unavailable",
      "brokenOff",
      "cut",
      "foreign",
    ])
      expect(happened).toContain(fault);
  },
  limitMs * 3,
);

interface Shown {
  readonly executionState: string;
  readonly executionInfo: {
    readonly exitCode?: number;
    readonly errors?: readonly { readonly code: string }[];
  };
}
