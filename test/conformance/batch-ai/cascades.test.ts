// What goes with what: deleting a workspace, an experiment or a cluster while jobs run, wait and have finished, also when the
// process is killed over it. What is left is read where it would be, and not asked of the service.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { Described, JobCreate } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { sharedText } from "../../support/cluster-lab.ts";
import { apiOf } from "../../support/raw-api.ts";
import { remains } from "../../support/walk/remains.ts";
import type { Remains } from "../../support/walk/remains.ts";

const group = "local";
const patienceMs = 60_000;
const secret = { secrets: [{ name: "TOKEN", value: "hush-hush" }] };
const endless = "echo begun; exec sleep 86400";

let cloud: CloudProcess;
let running: Described;
let client: BatchAIManagementClient;
beforeEach(async () => {
  cloud = await cloudProcess();
  await start();
  await createShare(running);
});
afterEach(() => cloud.dispose());

async function start(): Promise<void> {
  running = await cloud.start();
  // The creation of the file server takes a moment, which this client would notice only after its pause.
  client = batchAIClient(running, { longRunningOperationRetryTimeout: 1 });
}

const segments = new Map<string, string>();

async function submit(workspace: string, experiment: string, name: string, job: JobCreate): Promise<void> {
  const made = await client.jobs.create(group, workspace, experiment, name, { ...job, ...secret });
  segments.set(`${workspace}/${experiment}/${name}`, made.jobOutputDirectoryPathSegment ?? "");
}

const jobIn = (workspace: string, experiment: string, name: string) =>
  client.jobs.get(group, workspace, experiment, name);

async function reaches(workspace: string, experiment: string, name: string, state: string): Promise<void> {
  const there = async () =>
    (await jobIn(workspace, experiment, name)).executionState === state ? true : undefined;
  await until(`${workspace}/${experiment}/${name} to be ${state}`, there, patienceMs);
}

/** What it wrote, long after anybody can ask the service for it. */
const outputOf = (workspace: string, experiment: string, name: string) =>
  sharedText(
    running,
    join(segments.get(`${workspace}/${experiment}/${name}`) ?? "", "stdouterr", "stdout.txt"),
  );

/** Until it runs, and has written what it writes: what is ended before that has no output to keep. */
async function begins(workspace: string, experiment: string, name: string): Promise<void> {
  await reaches(workspace, experiment, name, "running");
  const written = async () =>
    (await outputOf(workspace, experiment, name)) === "begun\n" ? true : undefined;
  await until(`the output of ${name}`, written, patienceMs);
}

/** @returns the id. */
async function cluster(workspace: string, name: string, nodes: number): Promise<string> {
  const made = await client.clusters.create(group, workspace, name, clusterOf(running, nodes));
  return made.id ?? "";
}

interface Clusters {
  readonly one: string;
  readonly two: string;
}

/**
 * Two clusters of one and of two nodes, a file server, two experiments; on each cluster a job that runs and one that waits,
 * each in another experiment, and on the first one that has finished.
 */
async function furnish(workspace: string): Promise<Clusters> {
  await client.workspaces.create(group, workspace, { location: "local" });
  for (const experiment of ["e1", "e2"]) await client.experiments.create(group, workspace, experiment);
  const one = await cluster(workspace, "one", 1);
  const two = await cluster(workspace, "two", 2);
  const fileServer = {
    vmSize: "STANDARD_DS1_V2",
    sshConfiguration: {
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    },
    dataDisks: { diskSizeInGB: 10, diskCount: 1, storageAccountType: "Standard_LRS" as const },
  };
  await client.fileServers.create(group, workspace, "disk", fileServer);
  await submit(workspace, "e1", "done", customJob(one, "echo done"));
  await reaches(workspace, "e1", "done", "succeeded");
  await submit(workspace, "e1", "on-one", customJob(one, endless));
  await submit(workspace, "e2", "on-two", customJob(two, endless, { nodeCount: 2 }));
  await begins(workspace, "e1", "on-one");
  await begins(workspace, "e2", "on-two");
  await submit(workspace, "e2", "waits-one", customJob(one, endless));
  await submit(workspace, "e1", "waits-two", customJob(two, endless, { nodeCount: 2 }));
  return { one, two };
}

/** Another workspace with a job that waits for the cluster. */
async function visit(workspace: string, clusterId: string): Promise<void> {
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(group, workspace, "e");
  await submit(workspace, "e", "guest", customJob(clusterId, endless));
}

async function expectLeft(expected: Partial<Record<keyof Remains, unknown>>): Promise<void> {
  const wanted = { ...nothing, ...expected };
  const matches = async () => {
    try {
      expect(await remains(running, cloud.data)).toEqual(wanted);
      return true;
    } catch {
      return undefined;
    }
  };
  await until("what is left", matches, patienceMs).catch(async () =>
    expect(await remains(running, cloud.data)).toEqual(wanted),
  );
}

const nothing: Remains = {
  pools: [],
  batchJobs: [],
  tasks: [],
  stagedFiles: [],
  secrets: [],
  leases: [],
  activeRows: [],
  documents: [],
  operations: [],
  claims: [],
  nodeFolders: [],
  processes: [],
};

/** What a furnished workspace leaves everywhere, so that its absence afterwards says something. */
async function expectFurnished(): Promise<void> {
  const found = await remains(running, cloud.data);
  expect(found).toMatchObject({ operations: [], leases: [] });
  expect(found.pools).toHaveLength(2);
  expect(found.nodeFolders).toHaveLength(3);
  expect(found.tasks.length).toBeGreaterThanOrEqual(2);
  expect(found.stagedFiles.length).toBeGreaterThan(0);
  expect(found.secrets.length).toBeGreaterThanOrEqual(7);
  expect(found.activeRows.length).toBeGreaterThanOrEqual(9);
  expect(found.claims).toHaveLength(2);
  expect(found.processes.length).toBeGreaterThanOrEqual(2);
}

/** The guest's end, and that nothing but it is there; then not even that. */
async function expectOnlyGuest(workspace: string): Promise<void> {
  const guest = await jobIn(workspace, "e", "guest");
  expect(guest).toMatchObject({ provisioningState: "succeeded", executionState: "failed" });
  expect(guest.executionInfo?.errors?.map(({ code }) => code)).toEqual(["ClusterDeleted"]);
  const ending = (text: string) => expect.stringMatching(new RegExp(`${text}$`)) as string;
  await expectLeft({
    documents: [
      ending(`workspace\\|local\\|${workspace}`),
      ending("experiment\\|e"),
      ending("job\\|e\\|guest"),
    ],
    activeRows: [expect.stringMatching(/ known\|/)],
    // Its own, and the keys of the cluster's mounts, by which its output is read.
    secrets: [expect.any(String), expect.any(String)],
  });
  await client.workspaces.deleteMethod(group, workspace);
  await expectLeft({});
}

async function expectOutput(workspace: string): Promise<void> {
  expect(await outputOf(workspace, "e1", "done")).toBe("done\n");
  expect(await outputOf(workspace, "e1", "on-one")).toBe("begun\n");
  expect(await outputOf(workspace, "e2", "on-two")).toBe("begun\n");
}

async function expectLastEvent(workspace: string, path: string): Promise<void> {
  const api = apiOf(running, workspace);
  const { body } = await api.send("GET", `${api.workspace}${path}/events?api-version=2026-11-01`);
  const events = (body as { value: { properties: { from?: string; to?: string } }[] }).value;
  const { from, to } = events.at(-1)?.properties ?? {};
  expect([from, to], path).toEqual(["deleting", undefined]);
}

describe("deleting", () => {
  it("row 9: a workspace takes all that is in it, running or not; output and events stay, and a guest's job fails", async () => {
    const { one } = await furnish("whole");
    await visit("guests", one);
    await expectFurnished();
    await client.workspaces.deleteMethod(group, "whole");
    await expectOnlyGuest("guests");
    await expectOutput("whole");
    for (const path of [
      "",
      "/clusters/two",
      "/fileServers/disk",
      "/experiments/e2",
      "/experiments/e2/jobs/on-two",
    ])
      await expectLastEvent("whole", path);
  }, 180_000);

  it("row 14: an experiment takes its jobs, and what waited behind them on its clusters runs", async () => {
    await furnish("half");
    await client.experiments.deleteMethod(group, "half", "e1");
    await reaches("half", "e2", "waits-one", "running");
    await expect(client.experiments.get(group, "half", "e1")).rejects.toMatchObject({ statusCode: 404 });
    const found = await remains(running, cloud.data);
    expect(found.documents.filter((name) => name.includes("|e1"))).toEqual([]);
    expect(found.tasks).toHaveLength(2);
    expect((await jobIn("half", "e2", "on-two")).executionState).toBe("running");
    await client.workspaces.deleteMethod(group, "half");
    await expectLeft({});
  }, 180_000);

  it("row 53: a cluster ends the jobs that run on it or wait for it, and no others", async () => {
    const { two } = await furnish("part");
    await client.clusters.deleteMethod(group, "part", "two");
    for (const [experiment, name] of [
      ["e2", "on-two"],
      ["e1", "waits-two"],
    ] as const) {
      const job = await jobIn("part", experiment, name);
      expect(job).toMatchObject({ executionState: "failed", cluster: { id: two } });
      expect(job.executionInfo?.errors?.[0]?.code, name).toBe("ClusterDeleted");
    }
    const found = await remains(running, cloud.data);
    // One runs, and one has finished.
    expect([found.pools.length, found.nodeFolders.length, found.tasks.length]).toEqual([1, 1, 2]);
    expect((await jobIn("part", "e1", "on-one")).executionState).toBe("running");
    expect((await jobIn("part", "e2", "waits-one")).executionState).toBe("queued");
    await client.workspaces.deleteMethod(group, "part");
    await expectLeft({});
  }, 180_000);

  it("row 120: a workspace's end survives the process being killed as it begins and when the first job is gone", async () => {
    const { one } = await furnish("killed");
    await visit("witness", one);
    const { workspace } = apiOf(running, "killed");
    const send = (method: string, path: string) =>
      apiOf(running, "killed").send(method, `${workspace}${path}`);
    expect((await send("DELETE", "")).status).toBe(202);
    await cloud.stop("SIGKILL");
    await start();
    const jobs = [
      "e1/jobs/done",
      "e1/jobs/on-one",
      "e2/jobs/on-two",
      "e2/jobs/waits-one",
      "e1/jobs/waits-two",
    ];
    const oneIsGone = async () => {
      const states = await Promise.all(
        jobs.map(async (job) => (await send("GET", `/experiments/${job}`)).status),
      );
      return states.includes(404) ? true : undefined;
    };
    await until("the first job to be gone", oneIsGone, patienceMs);
    await cloud.stop("SIGKILL");
    await start();
    await until(
      "the workspace to be gone",
      async () => ((await send("GET", "")).status === 404 ? true : undefined),
      patienceMs,
    );
    await expectOnlyGuest("witness");
    await expectOutput("killed");
  }, 180_000);
});
