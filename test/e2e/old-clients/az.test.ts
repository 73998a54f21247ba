// `az batchai` of azure-cli 2.45, the last that carried it, as a person types it. Skipped where Debian's azure-cli is not
// installed. One story: the tests build on each other, because every command costs half a second of Python's start.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { createShare, until } from "../../support/batch-ai-client.ts";
import { azSession, hasAzBatchAI } from "../../support/old-clients.ts";
import type { AzSession } from "../../support/old-clients.ts";

const inLab = ["-g", "local", "-w", "lab"] as const;
const inExp = [...inLab, "-e", "exp"] as const;
/** What az prints of a resource, as far as these tests look into it. */
interface Printed {
  readonly id: string;
  readonly name: string;
  readonly virtualMachineConfiguration: { readonly imageReference: object };
}
const lines = ["one", "two", "three", "the last byte"];

describe.skipIf(!hasAzBatchAI)("az batchai 2.45 (needs azure-cli)", () => {
  let cloud: LocalCloud;
  let session: AzSession;
  let folder: string;
  const batchai = (...words: string[]) => session.az("batchai", ...words);
  const table = (...words: string[]) => session.table("batchai", ...words);
  const json = async (...words: string[]) => {
    const { out, err, code } = await batchai(...words, "-o", "json");
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as Printed;
  };
  async function file(name: string, content: object): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(content));
    return path;
  }
  const jobFile = (name: string, commandLine: string, more: object = {}) =>
    file(`${name}.json`, {
      $schema: "a member that the service never heard of",
      properties: {
        nodeCount: 1,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
        customToolkitSettings: { commandLine },
        ...more,
      },
    });
  /** Waits as a person does, but asks for it when the job is over: az sleeps a quarter of a minute between two looks. */
  const waitFor = async (place: readonly string[]) => {
    await until("the end of the job", async () => {
      const [found] = await table("job", "show", ...place);
      return found?.["State"] === "succeeded" || found?.["State"] === "failed" ? found : undefined;
    });
    return batchai("job", "wait", ...place);
  };
  const storage = () => [
    "--storage-account-name",
    cloud.description.storageAccount.name,
    "--storage-account-key",
    cloud.description.storageAccount.key,
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "az-files-"));
    // az follows a file in steps of a second, but may be held up between its last read and its look at the job.
    cloud = await startLocal({ data: "temporary", appSettings: { BATCHAI_OUTPUT_GRACE_MS: "6000" } });
    await createShare(cloud);
    session = await azSession(cloud);
  }, 120_000);
  afterAll(async () => {
    await session.dispose();
    await cloud.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("logs in and sees the subscription of the local cloud", async () => {
    const { out } = await session.az("account", "show", "-o", "json");
    expect(JSON.parse(out)).toMatchObject({ id: cloud.description.subscriptionId, state: "Enabled" });
  });

  it("row 8: lists workspaces of the subscription and of a group; the location comes from the group", async () => {
    await json("workspace", "create", "-g", "local", "-n", "lab");
    const row = { Name: "lab", "Resource Group": "local", Location: "local", State: "succeeded" };
    expect(await table("workspace", "list")).toEqual([row]);
    expect(await table("workspace", "list", "-g", "local")).toEqual([row]);
    expect(await table("workspace", "list", "-g", "other")).toEqual([]);
  });

  it("row 29: shows every node count of a cluster directly after its creation", async () => {
    await json(
      ...["cluster", "create", ...inLab, "-n", "nodes", "-s", "STANDARD_D1_V2", "-t", "1", "-u", "ada"],
      ...["-p", "Correct-horse-7", "-i", "UbuntuLTS", "--afs-name", "results", "--afs-mount-path", "files"],
      ...storage(),
    );
    const [row] = await table("cluster", "list", ...inLab);
    expect(row).toMatchObject({ Name: "nodes", "VM Size": "STANDARD_D1_V2", Workspace: "lab" });
    for (const count of ["Idle", "Running", "Preparing", "Leaving", "Unusable"])
      expect(row?.[count]).toMatch(/^\d+$/);
  });

  it("rows 20, 31: resizes to two nodes, long before the half minute between its polls", async () => {
    await json("cluster", "resize", ...inLab, "-n", "nodes", "-t", "2");
    const row = await until("two idle nodes", async () => {
      const [found] = await table("cluster", "show", ...inLab, "-n", "nodes");
      return found?.["Idle"] === "2" && found["State"] === "steady" ? found : undefined;
    });
    expect(row["Unusable"]).toBe("0");
  });

  it("row 42: sends an image alias as its four parts, and takes a URN", async () => {
    const found = await json("cluster", "show", ...inLab, "-n", "nodes");
    expect(found.virtualMachineConfiguration.imageReference).toMatchObject({
      publisher: "Canonical",
      offer: "UbuntuServer",
      sku: "16.04-LTS",
      version: "latest",
    });
    const urn = "microsoft-dsvm:ubuntu-hpc:2204:latest";
    await json(
      ...["cluster", "create", ...inLab, "-n", "urn", "-s", "STANDARD_D2S_V3", "-t", "0", "-u", "ada"],
      ...["-p", "Correct-horse-7", "-i", urn],
    );
    const { virtualMachineConfiguration } = await json("cluster", "show", ...inLab, "-n", "urn");
    expect(virtualMachineConfiguration.imageReference).toMatchObject({
      publisher: "microsoft-dsvm",
      offer: "ubuntu-hpc",
      sku: "2204",
    });
  });

  it("row 49: lists the nodes of a cluster with address and port", async () => {
    const rows = await table("cluster", "node", "list", ...inLab, "-c", "nodes");
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatchObject({ IP: /^127\./, "SSH Port": /^\d+$/ });
  });

  it("row 13: creates an experiment without a body", async () => {
    expect(await json("experiment", "create", ...inLab, "-n", "exp")).toMatchObject({
      name: "exp",
      provisioningState: "succeeded",
    });
  });

  it("row 110: follows a growing file to its last byte", async () => {
    const command = `${lines.map((line) => `echo ${line}`).join("; sleep 0.4; ")}; exit 7`;
    await json("job", "create", ...inExp, "-n", "talk", "-c", "nodes", "-f", await jobFile("talk", command));
    const { out, code } = await batchai("job", "file", "stream", ...inExp, "-j", "talk", "-f", "stdout.txt");
    expect(code).toBe(0);
    expect(out.trimEnd().split("\n")).toEqual(lines);
  });

  it("row 111: waits for a job and exits with the job's exit code", async () => {
    const { code, err } = await waitFor([...inExp, "-n", "talk"]);
    expect(code).toBe(7);
    expect(err).toContain("Job failed with non-zero exit code");
    const ok = await jobFile("ok", "true");
    await json("job", "create", ...inExp, "-n", "ok", "-c", "nodes", "-f", ok);
    expect((await waitFor([...inExp, "-n", "ok"])).code).toBe(0);
  });

  it("row 106: lists the logs of a job as a table", async () => {
    const names = (await table("job", "file", "list", ...inExp, "-j", "talk")).map(({ Name }) => Name);
    expect(names).toEqual(expect.arrayContaining(["execution.log", "stderr.txt", "stdout.txt"]));
    const [row] = await table("job", "show", ...inExp, "-n", "talk");
    expect(row).toMatchObject({
      Cluster: "nodes",
      Tool: "custom",
      Nodes: "1",
      State: "failed",
      "Exit code": "7",
    });
  });

  it("row 71: fills the placeholders of a recipe's job file with the storage account it is given", async () => {
    const path = await jobFile("mounted", "echo kept > $AZ_BATCHAI_JOB_MOUNT_ROOT/own/kept.txt", {
      mountVolumes: {
        azureFileShares: [
          {
            azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/results",
            accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
            credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
            relativeMountPath: "own",
          },
        ],
      },
    });
    await json("job", "create", ...inExp, "-n", "mounted", "-c", "nodes", "-f", path, ...storage());
    expect((await waitFor([...inExp, "-n", "mounted"])).code).toBe(0);
  });

  it("row 74: runs a job on a cluster of another workspace, named by its id", async () => {
    const { id } = await json("cluster", "show", ...inLab, "-n", "nodes");
    const elsewhere = ["-g", "local", "-w", "elsewhere"];
    await json("workspace", "create", "-g", "local", "-n", "elsewhere", "-l", "local");
    await json("experiment", "create", ...elsewhere, "-n", "exp");
    const place = [...elsewhere, "-e", "exp", "-n", "guest"];
    await json("job", "create", ...place, "-c", id, "-f", await jobFile("guest", "echo guest"));
    expect((await waitFor(place)).code).toBe(0);
  });

  it("row 115: lists the node that a running job is on", async () => {
    const path = await jobFile("long", "sleep 600");
    await json("job", "create", ...inExp, "-n", "long", "-c", "nodes", "-f", path);
    await until("the job to run", async () => {
      const [found] = await table("job", "show", ...inExp, "-n", "long");
      return found?.["State"] === "running" ? found : undefined;
    });
    expect(await table("job", "node", "list", ...inExp, "-j", "long")).toHaveLength(1);
  });

  it("row 112: terminates it; waiting for it ends", async () => {
    expect((await batchai("job", "terminate", ...inExp, "-n", "long", "-y")).code).toBe(0);
    const { err } = await waitFor([...inExp, "-n", "long"]);
    expect(err).toContain("terminated by the user");
  });

  it("row 2: shows usage and limits", async () => {
    const rows = await table("list-usages", "-l", "local");
    expect(rows.map(({ Value }) => Value)).toEqual(expect.arrayContaining(["Clusters", "Active Jobs"]));
    expect(rows.some(({ Value }) => Value?.includes("Dedicated") === true)).toBe(true);
    expect(rows.find(({ Value }) => Value === "Clusters")).toMatchObject({ Usage: "2" });
  });

  it("row 52: deletes a cluster and keeps its finished jobs, which can be deleted", async () => {
    expect((await batchai("cluster", "delete", ...inLab, "-n", "nodes", "-y")).code).toBe(0);
    const names = (await table("job", "list", ...inExp)).map(({ Name }) => Name);
    expect(names.sort()).toEqual(["long", "mounted", "ok", "talk"]);
    expect((await batchai("job", "delete", ...inExp, "-n", "talk", "-y")).code).toBe(0);
    const gone = await batchai("job", "show", ...inExp, "-n", "talk");
    expect(gone.code).not.toBe(0);
    expect(gone.err).toContain("JobNotFound");
  });

  it("row 9: deletes a workspace with all that is in it", async () => {
    expect((await batchai("workspace", "delete", "-g", "local", "-n", "lab", "-y")).code).toBe(0);
    expect((await table("workspace", "list")).map(({ Name }) => Name)).toEqual(["elsewhere"]);
  });
});
