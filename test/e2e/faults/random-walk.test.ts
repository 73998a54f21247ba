// Clusters and jobs made, changed, ended and deleted in any order while whatever the app talks to loses requests, answers late, twice, in halves
// or not at all. When that is over every operation ends, every job has ended once, and nothing stays in deletion. `FAULT_WALK_STEPS` makes it
// longer, `FAULT_SEED` another walk.
import { afterAll, beforeAll, expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { clusterOf, customJob, until } from "../../support/batch-ai-client.ts";
import { startFaultyCloud } from "../../support/faults/faulty-cloud.ts";
import type { FaultyCloud } from "../../support/faults/faulty-cloud.ts";
import { vaultClient } from "../../support/local-vault.ts";
import { apiOf } from "../../support/raw-api.ts";
import type { Reply } from "../../support/raw-api.ts";
import { vaultReference } from "../../support/vault-reference.ts";
import { untilOrphansAreGone } from "../../support/walk/look-for-orphans.ts";
import { remains } from "../../support/walk/remains.ts";

const steps = Number(process.env["FAULT_WALK_STEPS"] ?? 40);
const seed = Number(process.env["FAULT_SEED"] ?? 7);
const share = 0.12;
const limitMs = 180_000;
const own = "?api-version=2026-11-01";

interface Job {
  readonly name: string;
  readonly code: number | "endless";
  /** Somebody asked for its end. */
  ended: boolean;
  deleted: boolean;
}
interface Shown {
  readonly provisioningState?: string;
  readonly executionState?: string;
  readonly executionInfo?: { readonly exitCode?: number; readonly errors?: readonly { code: string }[] };
}
interface Attempts {
  readonly value: readonly { readonly cause?: string; readonly exitCode?: number }[];
}

let faulty: FaultyCloud;
beforeAll(async () => {
  faulty = await startFaultyCloud(seed);
}, 60_000);
afterAll(() => faulty.dispose());

it(
  "ends every operation and every job once, and leaves nothing in deletion",
  async () => {
    const { cloud, data, setShare } = faulty;
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random.next() * limit);
    const api = apiOf(cloud, "walk");
    const clusterPath = (name: string) => `${api.workspace}/clusters/${name}`;
    const experimentPath = `${api.workspace}/experiments/e`;
    const jobPath = (name: string) => `${experimentPath}/jobs/${name}`;
    const operations = new Set<string>();
    /** As a patient client does: what may pass by itself is asked again. */
    const ask = async (method: string, path: string, body?: object): Promise<Reply> => {
      const reply = await until(
        `${method} ${path}`,
        async () => {
          const got = await api.send(method, path, body).catch(() => undefined);
          return got === undefined || got.status === 429 || got.status >= 500 ? undefined : got;
        },
        limitMs,
      );
      const operation = reply.headers["azure-asyncoperation"] ?? reply.headers["location"];
      if (typeof operation === "string") operations.add(new URL(operation).pathname);
      return reply;
    };
    const shown = async (path: string): Promise<Shown | undefined> => {
      const { status, body } = await ask("GET", path);
      return status === 404 ? undefined : (body as { properties: Shown }).properties;
    };
    const clusters = ["c0", "c1", "c2"];
    const jobs = new Map<string, Job>();
    const anyCluster = () => clusterPath(clusters[below(clusters.length)] ?? "");
    const anyJob = () => [...jobs.values()][below(jobs.size)];
    const submit = async () => {
      const name = `j${jobs.size}`;
      const code = below(4) === 0 ? "endless" : below(3);
      const command = code === "endless" ? "sleep 1000" : `test "$WORD" = told && exit ${code}; exit 99`;
      const word =
        below(2) === 0 ? { value: "told" } : { valueSecretReference: vaultReference("local", "word") };
      const properties = customJob(anyCluster(), command, {
        nodeCount: 1 + below(2),
        secrets: [{ name: "WORD", ...word }],
      });
      const { status } = await ask("PUT", jobPath(name), { properties });
      if (status < 300) jobs.set(name, { name, code, ended: false, deleted: false });
    };
    const acts: readonly (readonly [weight: number, name: string, () => Promise<unknown>])[] = [
      [5, "submit", submit],
      [2, "create", () => ask("PUT", anyCluster(), { properties: clusterOf(cloud, 1 + below(2)) })],
      [1, "delete cluster", () => ask("DELETE", anyCluster())],
      [
        2,
        "resize",
        () =>
          ask("PATCH", anyCluster(), {
            properties: { scaleSettings: { manual: { targetNodeCount: below(4) } } },
          }),
      ],
      [
        2,
        "terminate",
        async () => {
          const job = anyJob();
          if (job === undefined) return;
          job.ended = true;
          await ask("POST", `${jobPath(job.name)}/terminate`);
        },
      ],
      [
        1,
        "delete job",
        async () => {
          const job = anyJob();
          if (job === undefined) return;
          job.deleted = true;
          await ask("DELETE", jobPath(job.name));
        },
      ],
      [
        2,
        "list output",
        async () => {
          const job = anyJob();
          if (job !== undefined)
            await ask("POST", `${jobPath(job.name)}/listOutputFiles?outputdirectoryid=stdouterr`);
        },
      ],
    ];
    const bag = acts.flatMap(([weight, , act]) => Array.from({ length: weight }, () => act));

    await (await vaultClient(cloud)).setSecret("word", "told");
    setShare(share);
    await ask("PUT", api.workspace, { location: "local" });
    await ask("PUT", experimentPath);
    for (const name of clusters) await ask("PUT", clusterPath(name), { properties: clusterOf(cloud, 2) });
    for (let step = 0; step < steps; step += 1) {
      // Each kind once, then as chance has it.
      const [, , act] = acts[step] ?? [];
      await (act ?? bag[below(bag.length)])?.();
    }
    setShare(0);

    // What could run gets nodes, what would not end is ended.
    for (const name of clusters)
      if ((await shown(clusterPath(name)))?.provisioningState === "succeeded")
        await ask("PATCH", clusterPath(name), {
          properties: { scaleSettings: { manual: { targetNodeCount: 2 } } },
        });
    for (const job of jobs.values())
      if (job.code === "endless" && !job.deleted) {
        job.ended = true;
        await ask("POST", `${jobPath(job.name)}/terminate`);
      }
    for (const job of jobs.values())
      await until(
        `the end of ${job.name}`,
        async () => {
          const state = (await shown(jobPath(job.name)))?.executionState;
          if (job.deleted) return state === undefined ? true : undefined;
          return state === "succeeded" || state === "failed" ? true : undefined;
        },
        limitMs,
      );
    for (const { name, code, ended, deleted } of jobs.values()) {
      if (deleted) continue;
      const { executionInfo: { exitCode, errors = [] } = {} } = (await shown(jobPath(name))) ?? {};
      const by = exitCode ?? errors.map((error) => error.code).join();
      const allowed = [code, "ClusterDeleted", ...(ended ? ["JobTerminated"] : [])];
      expect(allowed, `${name} ended with ${by}`).toContain(by);
      const { value } = (await ask("GET", `${jobPath(name)}/attempts${own}`)).body as Attempts;
      const last = value.filter(({ cause }) => cause === "finished" || cause === "failed");
      expect([name, last.length]).toEqual([name, typeof exitCode === "number" ? 1 : 0]);
    }
    for (const name of clusters)
      await until(
        `cluster ${name} to be there or not`,
        async () => ((await shown(clusterPath(name)))?.provisioningState === "deleting" ? undefined : true),
        limitMs,
      );
    for (const path of operations)
      await until(
        `the end of operation ${path}`,
        async () => {
          const { status, body } = await ask("GET", path);
          return status === 202 || (body as { status?: string } | undefined)?.status === "InProgress"
            ? undefined
            : true;
        },
        limitMs,
      );

    await ask("DELETE", api.workspace);
    await until(
      "its end",
      async () => ((await shown(api.workspace)) === undefined ? true : undefined),
      limitMs,
    );
    await untilOrphansAreGone(cloud, data, limitMs);
    const {
      pools,
      batchJobs,
      tasks,
      stagedFiles,
      secrets,
      activeRows,
      claims,
      documents,
      operations: open,
    } = await remains(cloud, data);
    expect({ pools, batchJobs, tasks, stagedFiles, secrets, activeRows, claims, documents, open }).toEqual({
      pools: [],
      batchJobs: [],
      tasks: [],
      stagedFiles: [],
      secrets: [],
      activeRows: [],
      claims: [],
      documents: [],
      open: [],
    });
  },
  limitMs * 4,
);
