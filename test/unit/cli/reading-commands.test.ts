// What one looks with: `why`, `logs`, `ls`, `jobs`, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { Context } from "../../../cli/command.ts";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "looking-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let world: AppWorld;
const files = new Map<string, string>();
async function passing(ms: number): Promise<void> {
  await world.advance(ms);
  world.azure.settle();
}
const type = (line: string, more: Partial<Context> = {}) =>
  batchai(line.split(" "), {
    directory: folder,
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-admin",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_WORKSPACE: "lab",
      BATCHAI_LOCATION: "eastus",
    },
    fetch: worldFetch(world, files),
    sleep: passing,
    now: world.now,
    ...more,
  });
const ok = async (line: string) => {
  const said = await type(line);
  expect({ line, ...said }).toMatchObject({ line, code: 0, err: "" });
  return said.out;
};
const codes = async (job: string) =>
  (JSON.parse(await ok(`why ${job} -e digits`)) as { code: string }[]).map(({ code }) => code);

function log(
  job: { readonly jobOutputDirectoryPathSegment: string },
  name: string,
  text: string,
  lastModified?: string,
): void {
  const url = `https://storage.example/${job.jobOutputDirectoryPathSegment}/${name}`;
  files.set(url, text);
  const place = `${job.jobOutputDirectoryPathSegment}/stdouterr`;
  const known = world.outputs.get(place) ?? [];
  const file = { name, isDirectory: false, downloadUrl: url, contentLength: text.length, lastModified };
  world.outputs.set(place, [...known, file]);
}

beforeAll(async () => {
  world = await startAppWorld();
  const properties = {
    nodeCount: 1,
    customToolkitSettings: { commandLine: "python train.py" },
    stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/afs",
    mountVolumes: {
      azureFileShares: [
        {
          azureFileUrl: "https://teststore.file.core.windows.net/logs",
          relativeMountPath: "afs",
          accountName: "teststore",
          credentials: { accountKey: "c2VjcmV0LWtleQ==" },
        },
      ],
    },
  };
  writeFileSync(join(folder, "job.json"), JSON.stringify({ properties }));
  writeFileSync(join(folder, "large.json"), JSON.stringify({ properties: { ...properties, nodeCount: 3 } }));
  await ok("workspace create -n lab");
  await ok("experiment create -n digits");
  await ok("cluster create -n nodes -s STANDARD_D2_V3 -t 1 -u ada -p Correct-horse-7");
  for (let round = 0; round < 5; round += 1) await passing(5_000);
});

describe("a job that waits", () => {
  it("is told what it waits for, with the command that helps", async () => {
    await ok("job create -n first -e digits -c nodes -f job.json");
    for (let round = 0; round < 3; round += 1) await passing(5_000);
    await ok("cluster create -n two -s STANDARD_D2_V3 --min 0 --max 3 -u ada -p Correct-horse-7");
    await ok("job create -n large -e digits -c two -f large.json");
    await ok("cluster auto-scale -n two --min 0 --max 1");
    const seen = await type("why large -e digits", { isTerminal: { out: true, err: true } });
    expect(seen.out).toMatch(
      /^Why +Because +What helps\nThe job wants 3 nodes; the cluster 'two' may have 1/,
    );
    expect(seen.err).toContain("batchai cluster auto-scale -n two --min 0 --max 3 -w lab");
    expect((await codes("large"))[0]).toBe("JobLargerThanCluster");
  });

  it("behind others is told which", async () => {
    await ok("job create -n second -e digits -c nodes -f job.json");
    await ok("job create -n third -e digits -c nodes -f job.json");
    expect(await codes("third")).toContain("OlderJobAhead");
    const [ahead] = JSON.parse(await ok("why second -e digits")) as { code: string; says: string }[];
    expect(ahead).toMatchObject({ code: "OlderJobAhead" });
    expect(ahead?.says).toContain("first");
  });

  it("on a cluster that is asked about itself", async () => {
    const [of] = JSON.parse(await ok("why -c nodes")) as { code: string }[];
    expect(of).toMatchObject({ code: "ClusterReady" });
    const { id } = JSON.parse(await ok("cluster show -n nodes")) as { id: string };
    expect(await ok(`why ${id}`)).toBe(await ok("why -c nodes"));
    expect(await type("why first -c nodes")).toMatchObject({ code: 2 });
    expect(await type("why -c none")).toMatchObject({ code: 3 });
  });

  it("that is none is said so", async () => {
    expect(await type("why none -e digits")).toMatchObject({ code: 3 });
    expect((await type("why /subscriptions/x")).code).toBe(2);
    expect((await type("why")).code).toBe(2);
  });
});

test("a job that failed is told by its own last words, then by its exit code", async () => {
  const task = world.azure.tasks().find(({ task: { state } }) => state !== "completed")?.task.id ?? "";
  world.azure.start(task);
  await passing(5_000);
  world.azure.complete(task, { exitCode: 1, result: "outcome exited\nexitCode 1\nend result\n" });
  expect((await type("job wait -n first -e digits")).code).toBe(1);
  const job = JSON.parse(await ok("job show -n first -e digits")) as {
    jobOutputDirectoryPathSegment: string;
  };
  log(job, "stderr.txt", `${"epoch\n".repeat(5000)}ModuleNotFoundError: No module named 'torch'\n`);
  log(job, "stdout.txt", "one\ntwo\nthree\n");
  expect(await codes("first")).toEqual(["ModuleMissing", "JobFailed"]);
});

describe("logs", () => {
  it("of a job are shown as far as they are, from where one wants, and followed", async () => {
    expect(await ok("logs first -e digits")).toBe("one\ntwo\nthree\n");
    expect(await ok("logs first -e digits --tail 6")).toBe("three\n");
    expect(await ok("logs first -e digits --stderr --tail 9")).toBe(" 'torch'\n");
    expect(await ok("logs first -e digits --follow")).toBe("one\ntwo\nthree\n");
  });

  it("that are not there are told with those that are", async () => {
    const missing = await type("logs first -e digits --file x.txt");
    expect(missing).toMatchObject({ code: 3, out: "" });
    expect(missing.err).toContain("It has stderr.txt, stdout.txt");
    expect((await type("logs third -e digits")).err).toContain("batchai why third");
  });

  it("of an output stream, a node and an attempt are chosen, and told what there is instead", async () => {
    expect(await ok("logs first -e digits --stream stderr --tail 9")).toBe(" 'torch'\n");
    expect(await ok("logs first -e digits --node 0 --attempt 1")).toBe("one\ntwo\nthree\n");
    const refused = async (options: string) => type(`logs first -e digits ${options}`);
    expect(await refused("--node 1")).toMatchObject({
      code: 3,
      err: expect.stringContaining("no node 1; it has node 0 alone") as string,
    });
    expect(await refused("--attempt 2")).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "no attempt 2: each attempt begins the log anew, and what is there is of attempt 1. Attempts: 1 (failed).",
      ) as string,
    });
    for (const options of [
      "--stream both",
      "--stderr --stream stdout",
      "--file x.txt --node 0",
      "--attempt 1 --follow",
      "--since yesterday",
    ])
      expect({ options, code: (await refused(options)).code }).toEqual({ options, code: 2 });
    expect((await type("logs third -e digits --attempt 1")).err).toContain("was not started yet");
  });

  it("of several nodes are found by the node, where a process of the job's is", async () => {
    const file = join(folder, "torch.json");
    const { properties } = JSON.parse(readFileSync(join(folder, "large.json"), "utf8")) as {
      properties: Record<string, unknown>;
    };
    const pyTorchSettings = {
      pythonScriptFilePath: "train.py",
      processCount: 4,
      communicationBackend: "gloo",
    };
    const { customToolkitSettings: _, ...rest } = properties;
    writeFileSync(file, JSON.stringify({ properties: { ...rest, pyTorchSettings } }));
    await ok("cluster create -n three -s STANDARD_D2_V3 --min 0 --max 3 -u ada -p Correct-horse-7");
    await ok("job create -n ranks -e digits -c three -f torch.json");
    const job = JSON.parse(await ok("job show -n ranks -e digits")) as Parameters<typeof log>[0];
    for (const rank of ["0", "1", "2", "3"]) log(job, `stdout-${rank}.txt`, `rank ${rank}\n`);
    const several = await type("logs ranks -e digits --node 0");
    expect(several).toMatchObject({ code: 2, out: "" });
    expect(several.err).toContain("name the log with --file: stdout.txt, stdout-1.txt.");
    expect(await ok("logs ranks -e digits --node 2")).toBe("rank 3\n");
    expect((await type("logs ranks -e digits --node 1 --stderr")).err).toContain(
      "has no log 'stderr-2.txt'. It has stdout-0.txt",
    );
    const large = await type("logs large -e digits --node 1");
    expect(large).toMatchObject({ code: 3 });
    expect(large.err).toContain("starts no process of its own on node 1");
  });

  it("that were not changed since a time say nothing more", async () => {
    const job = JSON.parse(await ok("job show -n second -e digits")) as Parameters<typeof log>[0];
    log(job, "stdout.txt", "old\n", new Date(world.now() - 600_000).toISOString());
    expect(await ok("logs second -e digits --since 11m")).toBe("old\n");
    expect(await ok("logs second -e digits --since 9m")).toBe("");
  });

  it("end when a person wants no more, and the job goes on", async () => {
    const said = await type("logs third -e digits --follow", { stopRequested: () => Promise.resolve() });
    expect(said.code).toBe(130);
  });
});

test("what a job wrote is listed by its directories and folders", async () => {
  const directories = JSON.parse(await ok("ls first -e digits")) as object[];
  expect(directories).toEqual([{ name: "stdouterr", path: "$AZ_BATCHAI_JOB_MOUNT_ROOT/afs" }]);
  expect(await ok("ls first/stdouterr -e digits -o table")).toMatch(/stdout\.txt +file +14/);
});

test("the jobs of a workspace are listed over its experiments, and watched by their changes", async () => {
  await ok("experiment create -n letters");
  await ok("job create -n other -e letters -c nodes -f job.json");
  expect(await ok("jobs --query [].name -o tsv")).toBe("first\nlarge\nranks\nsecond\nthird\nother\n");
  expect(await ok("jobs --state failed --query [].name -o tsv")).toBe("first\n");
  expect(await ok("jobs -e letters --query [].name -o tsv")).toBe("other\n");
  expect(await ok("jobs -o table")).toMatch(/^Experiment +Name +Cluster +Tool +Nodes +State +Exit code\n/);
  const watched = await type("jobs --watch", { stopRequested: () => Promise.resolve() });
  expect(watched.code).toBe(130);
  expect(
    watched.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object),
  ).toContainEqual({
    experiment: "digits",
    name: "first",
    state: "failed",
    exitCode: 1,
  });
});

test("jobs that are watched on a terminal are drawn in place, unless it takes no escapes", async () => {
  const seen = (environment: Record<string, string>) =>
    type("jobs -w lab -g rg --watch", {
      isTerminal: { out: true, err: false },
      stopRequested: () => Promise.resolve(),
      environment: {
        BATCHAI_ENDPOINT: worldEndpoint,
        BATCHAI_TOKEN: "role-admin",
        BATCHAI_SUBSCRIPTION_ID: subscriptionId,
        ...environment,
      },
    });
  expect((await seen({})).out).toContain("\u001B[H");
  expect((await seen({ TERM: "dumb" })).out).not.toContain("\u001B");
});

test("one logs in, runs and forwards on nodes of a job or of a cluster", async () => {
  for (const line of ["ssh", "exec -- id", "port-forward 8888"])
    expect(await type(line)).toMatchObject({
      code: 2,
      err: expect.stringContaining("Whose node?") as string,
    });
  expect((await type("port-forward -c nodes http")).err).toContain("'http' is neither PORT nor PORT:PORT");
  expect(await type("ssh -c nodes")).toMatchObject({ code: 3 });
});

test("what a file would come to is told before anything is made, with exit code 5 where it could not run", async () => {
  const properties = { vmSize: "STANDARD_D2_V3", scaleSettings: { manual: { targetNodeCount: 1 } } };
  writeFileSync(join(folder, "cluster.json"), JSON.stringify({ properties }));
  const said = JSON.parse(await ok("plan cluster.json")) as { what: string; verdict: string }[];
  expect(said.map(({ what }) => what)).toEqual(["size", "image", "quota", "price"]);
  const retired = { properties: { ...properties, vmSize: "STANDARD_NC6" } };
  writeFileSync(join(folder, "retired.json"), JSON.stringify(retired));
  expect(await type("plan retired.json")).toMatchObject({ code: 5 });
  expect(await type("plan large.json -c nodes")).toMatchObject({ code: 5 });
  expect(await ok("plan job.json -c nodes -o table")).toMatch(/nodes +fine +1 of at most 1 nodes/);
  expect(await type("plan job.json")).toMatchObject({ code: 2 });
  expect((await type("plan absent.json")).err).toContain("absent.json cannot be read");
});

test("what jobs that ran cost is told by experiment, cluster, user or job", async () => {
  const rows = async (line: string) => JSON.parse(await ok(line)) as Record<string, unknown>[];
  const [digits] = await rows("cost -e digits --region eastus");
  const { nodeHours } = digits as { nodeHours: number };
  expect(digits).toMatchObject({ name: "digits", jobs: 1, interruptedNodeHours: 0 });
  expect(nodeHours).toBeGreaterThan(0);
  expect((await rows("cost --by user")).map(({ name }) => name)).toEqual(["tester"]);
  expect((await rows("cost --by job")).map(({ name }) => name)).toEqual(["digits/first"]);
  const clusters = await rows("cost --by cluster");
  expect(clusters[0]).toMatchObject({ name: "nodes", nodeHours });
  const idle = clusters.map(({ name, nodes }) => [name, typeof (nodes as { idleNodes: unknown }).idleNodes]);
  expect(idle).toContainEqual(["two", "number"]);
  expect(await rows("cost -e digits --since 1s")).toEqual([]);
  expect(await ok("cost -e digits --region eastus -o table")).toMatch(
    /^Name +Jobs +Node-hours +Of these interrupted +In vain at most +Attempts not counted +Cost +Node-hours without a price\n/,
  );
  const refused = expect.stringContaining("experiment, cluster, user, job") as string;
  expect(await type("cost --by colour")).toMatchObject({ code: 2, out: "", err: refused });
});
