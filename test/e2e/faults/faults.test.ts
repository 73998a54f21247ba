// Jobs of every kind while whatever the app talks to loses requests, answers late, twice, in halves or not at all: absence of evidence
// harms nothing. Each job ends once, as its program did; nothing is left. `FAULT_SEED` chooses another order of events.
import { afterAll, beforeAll, expect, it } from "vitest";
import { clusterOf, customJob, until } from "../../support/batch-ai-client.ts";
import { startFaultyCloud } from "../../support/faults/faulty-cloud.ts";
import type { FaultyCloud } from "../../support/faults/faulty-cloud.ts";
import { vaultClient } from "../../support/local-vault.ts";
import { apiOf } from "../../support/raw-api.ts";
import type { Reply } from "../../support/raw-api.ts";
import { vaultReference } from "../../support/vault-reference.ts";
import { untilOrphansAreGone } from "../../support/walk/look-for-orphans.ts";
import { remains } from "../../support/walk/remains.ts";

const seed = Number(process.env["FAULT_SEED"] ?? 5);
const share = 0.15;
const limitMs = 150_000;

let faulty: FaultyCloud;
beforeAll(async () => {
  faulty = await startFaultyCloud(seed);
}, 60_000);
afterAll(() => faulty.dispose());

it(
  "jobs end as their programs do, and nothing is left, whatever happens to requests and answers",
  async () => {
    const { cloud, data, setShare } = faulty;
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

    await (await vaultClient(cloud)).setSecret("word", "told");
    setShare(share);
    await ask("PUT", api.workspace, { location: "local" });
    await ask("PUT", experimentPath);
    await ask("PUT", clusterPath, { properties: clusterOf(cloud, 3) });
    const codes = [0, 3, 0, 1, 0, 7, 0, 2];
    for (const [at, code] of codes.entries())
      await submit(`j${at}`, `test "$WORD" = told && exit ${code}; exit 99`, {
        secrets: [
          at % 2 === 0
            ? { name: "WORD", value: "told" }
            : { name: "WORD", valueSecretReference: vaultReference("local", "word") },
        ],
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

    for (const at of codes.keys()) {
      const listed = await ask("POST", `${jobPath(`j${at}`)}/listOutputFiles?outputdirectoryid=stdouterr`);
      const { value } = listed.body as { value: { name: string }[] };
      expect(value.map(({ name }) => name)).toEqual(["execution.log", "stderr.txt", "stdout.txt"]);
    }

    await ask("DELETE", api.workspace);
    await until(
      "its end",
      async () => ((await ask("GET", api.workspace)).status === 404 ? true : undefined),
      limitMs,
    );
    setShare(0);
    await untilOrphansAreGone(cloud, data, limitMs);
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
    const happened = faulty.happened();
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
