// The commands for resources, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { groupPath, startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { fakeFileServers } from "../../support/app/fake-file-servers.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let world: AppWorld;
const files = new Map<string, string>();
const fileServers = fakeFileServers();
const environment = {
  BATCHAI_ENDPOINT: worldEndpoint,
  BATCHAI_TOKEN: "role-admin",
  BATCHAI_SUBSCRIPTION_ID: subscriptionId,
  BATCHAI_RESOURCE_GROUP: "rg",
  BATCHAI_LOCATION: "eastus",
  BATCHAI_WORKSPACE: "lab",
  BATCHAI_EXPERIMENT: "digits",
  AZURE_BATCHAI_STORAGE_ACCOUNT: "teststore",
  AZURE_BATCHAI_STORAGE_KEY: "c2VjcmV0LWtleQ==",
};
const type = (line: string, more: Record<string, string> = {}) =>
  batchai(line.split(" "), {
    directory: folder,
    environment: { ...environment, ...more },
    fetch: worldFetch(world, files),
    sleep: passing,
    now: world.now,
  });
/** Time passes, and Batch does what it was asked for. */
async function passing(ms: number): Promise<void> {
  await world.advance(ms);
  world.azure.settle();
}
/** The one task that has not ended runs and ends. */
async function finish(exitCode: number): Promise<void> {
  for (let round = 0; round < 5; round += 1) await passing(5_000);
  const [task] = world.azure.tasks().filter(({ task: { state } }) => state !== "completed");
  const id = task?.task.id ?? "";
  world.azure.start(id);
  await passing(5_000);
  expect(id).not.toBe("");
  const result = `outcome exited\nexitCode ${exitCode}\nend result\n`;
  world.azure.complete(id, { exitCode, result });
}
const ok = async (line: string) => {
  const said = await type(line);
  expect(said).toMatchObject({ code: 0, err: "" });
  return said.out;
};
const json = async (line: string) => JSON.parse(await ok(line)) as Record<string, unknown>;

/** As the recipes of 2018 have it. */
const jobFile = {
  $schema: "https://raw.githubusercontent.com/Azure/BatchAI/master/schemas/2018-05-01/job.json",
  properties: {
    nodeCount: 1,
    customToolkitSettings: { commandLine: "python train.py" },
    stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/afs",
    mountVolumes: {
      azureFileShares: [
        {
          azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/logs",
          relativeMountPath: "afs",
          accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
          credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
        },
      ],
    },
  },
};

beforeAll(async () => {
  world = await startAppWorld({ fileServers });
  writeFileSync(join(folder, "job.json"), JSON.stringify(jobFile));
  await ok("workspace create -n lab");
  await ok("experiment create -n digits");
  await ok("cluster create -n nodes -s STANDARD_D2_V3 -t 1 -u ada -p Correct-horse-7");
  for (let round = 0; round < 5; round += 1) await passing(5_000);
});

describe("resources", () => {
  it("are shown flat, as az shows them, and listed", async () => {
    expect(await json("workspace show -n lab")).toMatchObject({
      name: "lab",
      resourceGroup: "rg",
      location: "eastus",
      provisioningState: "succeeded",
    });
    const listed = (await json("cluster list")) as unknown as { name: string; vmSize: string }[];
    expect(listed).toMatchObject([{ name: "nodes", vmSize: "STANDARD_D2_V3" }]);
    const lines = (await ok("experiment list -o jsonl")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ name: "digits" }]);
    expect(await ok("workspace list -o none")).toBe("");
  });

  it("have the tables of az", async () => {
    expect(await ok("cluster list -o table")).toBe(
      [
        "Name   Resource Group  Workspace  VM Size         State   Idle  Running  Preparing  Leaving  Unusable",
        "nodes  rg              lab        STANDARD_D2_V3  steady  1     0        0          0        0",
        "",
      ].join("\n"),
    );
    const header = (await ok("workspace list -o table")).split("\n")[0];
    expect(header).toBe("Name  Resource Group  Location  State");
  });

  it("of a cluster are scaled", async () => {
    await ok(
      "cluster create -n spot -s STANDARD_D2_V3 --min 0 --max 2 --vm-priority lowpriority -u ada -p Correct-horse-7",
    );
    expect(await json("cluster auto-scale -n spot --min 0 --max 3")).toMatchObject({
      vmPriority: "lowpriority",
      scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 3 } },
    });
    expect(await json("cluster resize -n spot -t 0")).toMatchObject({
      scaleSettings: { manual: { targetNodeCount: 0 } },
    });
    await ok("cluster delete -n spot -y");
    expect(await type("cluster show -n spot")).toMatchObject({ code: 3 });
  });

  it("are not made twice, nor deleted without a yes", async () => {
    expect((await type("cluster create -n nodes -s STANDARD_D2_V3 -t 1")).err).toContain("already");
    expect(await type("workspace delete -n lab")).toMatchObject({
      code: 2,
      err: "batchai: This deletes the workspace 'lab' and everything in it. If that is meant, say -y.\n",
    });
  });
});

describe("a job", () => {
  it("of 2018 is submitted unchanged, waited for with its exit code, and its files are there", async () => {
    const job = await json("job create -n first -c nodes -f job.json");
    expect(job).toMatchObject({
      toolType: "custom",
      cluster: { id: `${groupPath}/lab/clusters/nodes` },
      mountVolumes: { azureFileShares: [{ accountName: "teststore", credentials: {} }] },
    });
    await finish(7);
    const waited = await type("job wait -n first");
    expect(waited).toMatchObject({ code: 7, out: "" });
    expect(waited.err).toMatch(/^JobFailed: /);
    expect(await json("job show -n first")).toMatchObject({ executionState: "failed" });
    expect(await ok("job attempts -n first -o table")).toMatch(
      /^Attempt +Ended by +Exit code[^]+1 +failed +7 +\S+ +\S+ +node-1/,
    );
    expect(await ok("job list -o table")).toMatch(/first +nodes +rg +lab +custom +1 +failed +7/);
    await ok("job delete -n first -y");
  });

  it("with retries is sent in the version that knows them", async () => {
    const retries = { onFailure: 1 };
    const { properties } = jobFile;
    writeFileSync(join(folder, "again.json"), JSON.stringify({ properties: { ...properties, retries } }));
    expect(await json("job create -n again -c nodes -f again.json")).toMatchObject({ retries });
    await ok("job delete -n again -y");
  });

  it("that does not end in time is told by the exit code 4, and can be terminated", async () => {
    await ok("job create -n long -c nodes -f job.json");
    expect(await type("job wait -n long --timeout 3")).toMatchObject({ code: 4 });
    await ok("job terminate -n long -y --no-wait");
    await ok("job delete -n long -y");
  });
});

test("ids stand for names, one or many; what they do not fit is refused before anything is done", async () => {
  await ok("experiment create -n one");
  await ok("experiment create -n two");
  const idOf = (name: string) => `${groupPath}/lab/experiments/${name}`;
  expect(await json(`experiment show --ids ${idOf("one")}`)).toMatchObject({ name: "one" });
  const lines = await ok(`experiment show --ids ${idOf("one")} ${idOf("two").toUpperCase()} -o jsonl`);
  expect(lines.trim().split("\n")).toHaveLength(2);
  expect((await type(`cluster show --ids ${idOf("one")}`)).err).toContain("another kind of resource");
  expect((await type(`experiment show --ids ${idOf("one")} -w lab`)).err).toContain("leave out -w");
  expect(await type("experiment show --ids")).toMatchObject({ code: 2 });
  expect(await type("experiment show --ids one")).toMatchObject({ code: 2 });
  const elsewhere = idOf("one").replace(subscriptionId, "99999999-2222-4333-8444-555555555555");
  expect((await type(`experiment show --ids ${elsewhere}`)).err).toContain("names the subscription 99999999");
  expect(await type(`experiment create -n new --ids ${idOf("new")}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown option '--ids'") as string,
  });
  expect(await ok(`experiment delete -y --ids ${idOf("one")} ${idOf("two")}`)).toBe("");
  expect(await type("experiment show -n two")).toMatchObject({ code: 3 });
  expect(await json(`workspace show --ids ${groupPath}/lab`)).toMatchObject({ name: "lab" });
});

describe("a file server", () => {
  it("is created by options or a file, shown with az's columns, mounted by its name, and deleted", async () => {
    fileServers.finish();
    const disks = "--disk-count 2 --disk-size 10 --storage-sku Standard_LRS --caching-type readonly";
    const made = await json(
      `file-server create -n data -s STANDARD_D2_V3 ${disks} -u ada -p Correct-horse-7`,
    );
    expect(made).toMatchObject({
      vmSize: "STANDARD_D2_V3",
      dataDisks: {
        diskCount: 2,
        diskSizeInGB: 10,
        cachingType: "readonly",
        storageAccountType: "Standard_LRS",
      },
    });
    expect(await ok("file-server list -o table")).toBe(
      [
        "Name  Resource Group  Size            Disks      Public IP  Internal IP  Mount Point",
        "data  rg              STANDARD_D2_V3  2 x 10 Gb  20.1.2.3   10.0.0.4     /data",
        "",
      ].join("\n"),
    );
    // A server that is not there is told before anything is made.
    const mounting = "cluster create -n mounted -s STANDARD_D2_V3 -t 0 -u ada -p Correct-horse-7 --nfs";
    expect(await type(`${mounting} none`)).toMatchObject({ code: 3 });
    const cluster = await json(`${mounting} data --nfs-mount-path shared`);
    expect(cluster["nodeSetup"]).toMatchObject({
      mountVolumes: { fileServers: [{ relativeMountPath: "shared" }] },
    });
    expect(cluster["subnet"]).toEqual({ id: expect.stringMatching(/\/subnets\/Subnet-1$/) as string });
    expect((await type("file-server delete -n data -y")).err).toContain("needed by the cluster 'mounted'");
    await ok("cluster delete -n mounted -y");
    expect((await type("file-server create -n data -s STANDARD_D2_V3")).err).toContain("already");
    expect(await type("file-server delete -n data")).toMatchObject({ code: 2 });
    await ok("file-server delete -n data -y");
    expect(await type("file-server show -n data")).toMatchObject({ code: 3 });
  });

  it("in a file that the service refuses is told by the place", async () => {
    const spec = { properties: { vmSize: "STANDARD_D2_V3", dataDisks: { diskCount: 1, diskSizeInGB: 0 } } };
    writeFileSync(join(folder, "server.json"), JSON.stringify(spec, undefined, 1));
    const { code, err } = await type("file-server create -n bad -f server.json -u ada -p Correct-horse-7");
    expect(code).toBe(2);
    expect(err).toContain("server.json:6:4: properties.dataDisks.diskSizeInGB");
  });
});

test("usages are those of the region, and a job that does not run has no nodes", async () => {
  expect(await ok("usage list")).toBe(await ok("list-usages"));
  expect(await ok("usage show")).toBe(await ok("list-usages"));
  expect(await ok("list-usages -o table")).toMatch(/^Value +Usage +Limit\n[^]*Clusters? +\d+ +\d+/i);
  await ok("job create -n unstarted -c nodes -f job.json");
  expect(await json("job node list -j unstarted")).toEqual([]);
  expect(await json("cluster node list -c nodes")).toEqual([]);
  await ok("job delete -n unstarted -y");
});

test("ports are not forwarded to a node that is not there", async () => {
  expect(await type("cluster node exec -c nodes --exec id")).toMatchObject({ code: 3 });
  expect(await type("cluster node exec -c nodes")).toMatchObject({ code: 2 });
  await ok("job create -n placed -c nodes -f job.json");
  expect((await type("job node exec -j placed --exec id")).err).toContain("no node to log in to now");
  await ok("job delete -n placed -y");
});

test("what cannot be found or may not be done has its exit code", async () => {
  expect(await type("job show -n none")).toMatchObject({ code: 3, out: "" });
  expect((await type("workspace delete -n lab -y", { BATCHAI_TOKEN: "role-reader" })).code).toBe(6);
  expect((await type("job create -n x -c none -f job.json")).err).toContain("ClusterNotFound");
  const bad = await type("cluster create -n bad -s STANDARD_A0 -t 1 -u ada -p Correct-horse-7");
  expect(bad.code).toBe(2);
  expect(bad.err).toContain("vmSize");
});

test("what `run` cannot take is said before anything is sent", async () => {
  expect(await type("run")).toMatchObject({ code: 2 });
  const outside = await type("run --output ../models -- true");
  expect(outside).toMatchObject({ code: 2, out: "" });
  expect(outside.err).toContain(
    "--output takes a folder below this one, such as outputs; '../models' is none.",
  );
  expect((await type("run --env TOKEN -- true")).err).toContain("--env takes NAME=VALUE; 'TOKEN' is none.");
  expect((await type("run --gpus 3 -- true")).err).toContain("--gpus takes 1, 2, 4, 8: no size has 3.");
  const both = await type("run --gpus 1 --size STANDARD_NC4AS_T4_V3 -- true");
  expect(both).toMatchObject({ code: 2, out: "" });
  expect(both.err).toContain("--size says how many GPUs a node has: leave --gpus out.");
  expect((await type("run --nodes 0 -- true")).err).toContain("--nodes takes a number above 0.");
  const nowhere = await type("run -- true", { AZURE_BATCHAI_STORAGE_KEY: "" });
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.err).toContain("Set AZURE_BATCHAI_STORAGE_ACCOUNT and AZURE_BATCHAI_STORAGE_KEY");
});

test("without a service, a workspace or an experiment the command says how to name it", async () => {
  const nowhere = await batchai(["workspace", "list"], { directory: folder });
  expect(nowhere).toMatchObject({ code: 6 });
  expect(nowhere.err).toMatch(/batchai start.*--cloud.*BATCHAI_ENDPOINT/);
  expect((await type("cluster list", { BATCHAI_WORKSPACE: "" })).err).toContain("-w");
  expect((await type("job list", { BATCHAI_EXPERIMENT: "" })).err).toContain("-e");
  expect((await type("job list", { BATCHAI_TOKEN: "" })).err).toContain("BATCHAI_TOKEN is not");
});

test("a local cloud is found by its cloud.json, in this folder or above", async () => {
  const cloud = {
    urls: { api: worldEndpoint, file: "http://127.0.0.1:1/x", blob: "http://127.0.0.1:1/y" },
    token: "role-admin",
    subscriptionId,
    resourceGroup: "rg",
    location: "eastus",
    storageAccount: { name: "localstore", key: "a2V5" },
  };
  writeFileSync(join(folder, "elsewhere.json"), JSON.stringify(cloud));
  const surroundings = { directory: folder, fetch: worldFetch(world) };
  const found = await batchai(["workspace", "list", "--cloud", "elsewhere.json"], surroundings);
  expect(found).toMatchObject({ code: 0, err: "" });
  writeFileSync(join(folder, "broken.json"), "{}");
  const broken = await batchai(["workspace", "list", "--cloud", "broken.json"], surroundings);
  expect(broken).toMatchObject({ code: 2 });
  expect(broken.err).toContain("is not the cloud.json of a local cloud");
});

test("files of a job are listed, followed and downloaded", async () => {
  await ok("job create -n filed -c nodes -f job.json");
  await finish(0);
  expect((await type("job wait -n filed")).code).toBe(0);
  const shown = await json("job show -n filed");
  const place = String(shown["jobOutputDirectoryPathSegment"]);
  const url = "https://storage.example/stdout.txt";
  files.set(url, "one\ntwo\n");
  world.outputs.set(`${place}/stdouterr`, [
    { name: "stdout.txt", isDirectory: false, downloadUrl: url, contentLength: 8 },
  ]);
  expect(await ok("job file list -j filed -o table")).toMatch(/stdout\.txt +file +8/);
  expect(await ok("job file stream -j filed -f stdout.txt")).toBe("one\ntwo\n");
  expect((await type("job file stream -j filed -f other.txt")).code).toBe(3);
  expect(await ok("job file download -j filed --to logs")).toBe("logs/stdout.txt\n");
  expect(readFileSync(join(folder, "logs", "stdout.txt"), "utf8")).toBe("one\ntwo\n");
});

test("roles are given, listed with those of the workspace, and taken away", async () => {
  const id = "5c0b9f7e-2a51-4c4e-9c3a-1d2f3a4b5c6d";
  await ok("workspace create -n shared -l eastus");
  await ok("experiment create -w shared -n demo");
  const given = `--assignee-object-id ${id} --assignee-principal-type group`;
  const made = await json(`role assignment create -w shared -e demo --role Submitter ${given}`);
  expect(made).toMatchObject({ name: `submitter-${id}`, role: "submitter", principalType: "Group" });
  // The experiment of the environment is not meant.
  await ok(`role assignment create -w shared --role reader --assignee-object-id ${id} -n readers`);
  const table = await ok("role assignment list -w shared -e demo --include-inherited -o table");
  expect(
    table
      .trim()
      .split("\n")
      .slice(-2)
      .map((line) => line.trim().split(/\s+/)),
  ).toEqual([
    ["readers", "reader", id, "User", "shared"],
    [`submitter-${id}`, "submitter", id, "Group", "shared", "demo"],
  ]);
  await ok(`role assignment delete -w shared -e demo -n submitter-${id}`);
  expect(await json("role assignment list -w shared -e demo")).toEqual([]);
  const mail = await type(
    "role assignment create -w shared --role reader --assignee-object-id ada@example.com -n x",
  );
  expect(mail).toMatchObject({
    code: 2,
    err: expect.stringContaining("expected the object id (a GUID)") as string,
  });
});
