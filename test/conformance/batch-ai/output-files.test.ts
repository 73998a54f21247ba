// listOutputFiles: what it takes for granted, what it refuses, and the oddities of storage behind it.
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import { startRecordedCloud } from "../../support/recorded-cloud.ts";
import type { RecordedCloud } from "../../support/recorded-cloud.ts";
import { forbiddenStatuses } from "../../support/recorded-wire.ts";

let world: RecordedCloud;
const [group, lab, experiment] = ["local", "lab", "trials"];
const jobPath = (job: string) => `${world.workspace(lab)}/experiments/${experiment}/jobs/${job}`;
const listing = (job: string, query: string) => world.raw("POST", `${jobPath(job)}/listOutputFiles?${query}`);

beforeAll(async () => {
  world = await startRecordedCloud();
  const { client, cloud } = world;
  const { name, key } = cloud.description.storageAccount;
  const blobs = new BlobServiceClient(cloud.description.urls.blob, new StorageSharedKeyCredential(name, key));
  await blobs.getContainerClient("results").create();
  await createShare(cloud);
  await client.workspaces.create(group, lab, { location: "local" });
  await client.experiments.create(group, lab, experiment);
  const cluster = await client.clusters.create(group, lab, "one", clusterOf(cloud, 1));
  const job = customJob(
    cluster.id ?? "",
    [
      "mkdir -p $AZ_BATCHAI_OUTPUT_MODELS/epochs/first",
      "echo a > $AZ_BATCHAI_OUTPUT_MODELS/epochs/first/weights",
      "echo b > $AZ_BATCHAI_OUTPUT_MODELS/final",
    ].join(" && "),
    {
      mountVolumes: {
        azureBlobFileSystems: [
          {
            accountName: name,
            containerName: "results",
            credentials: { accountKey: key },
            relativeMountPath: "blobs",
          },
        ],
      },
      outputDirectories: [
        { id: "MODELS", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files", pathSuffix: "models" },
        { id: "BLOBS", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/blobs", pathSuffix: "made" },
        { id: "LOCAL", pathPrefix: "/tmp" },
      ],
    },
  );
  await client.jobs.create(group, lab, experiment, "writer", job);
  const ended = await until("the end of the job", async () => {
    const found = await client.jobs.get(group, lab, experiment, "writer");
    return found.executionState === "succeeded" || found.executionState === "failed" ? found : undefined;
  });
  expect(ended.executionState).toBe("succeeded");
  // As blobfuse leaves them: an empty blob that stands for the directory, beside what is in it.
  const made = `${ended.jobOutputDirectoryPathSegment}/outputs/made`;
  const container = blobs.getContainerClient("results");
  await container.getBlockBlobClient(`${made}/deep`).upload("", 0, { metadata: { hdi_isfolder: "true" } });
  await container.getBlockBlobClient(`${made}/deep/inner.txt`).upload("inner", 5);
  await container.getBlockBlobClient(`${made}/top.txt`).upload("top", 3);
});
afterAll(() => world.dispose());

describe("the files of a job", () => {
  it("row 107: are listed by the directory's id alone, in pages, and in sub-folders", async () => {
    const { client } = world;
    const [first, second] = await client.jobs.listOutputFiles(group, lab, experiment, "writer", {
      outputdirectoryid: "MODELS",
    });
    expect(first).toMatchObject({ name: "epochs", fileType: "directory" });
    expect(first).not.toHaveProperty("downloadUrl");
    expect(second).toMatchObject({ name: "final", fileType: "file", contentLength: 2 });
    expect(second?.lastModified).toBeInstanceOf(Date);
    const expiry = new URL(second?.downloadUrl ?? "").searchParams.get("se") ?? "";
    const minutes = (Date.parse(expiry) - Date.now()) / 60_000;
    expect([minutes > 55, minutes <= 60]).toEqual([true, true]);
    const page = await client.jobs.listOutputFiles(group, lab, experiment, "writer", {
      outputdirectoryid: "MODELS",
      maxResults: 1,
    });
    expect(page.map(({ name }) => name)).toEqual(["epochs"]);
    const rest = await client.jobs.listOutputFilesNext(page.nextLink ?? "");
    expect(rest.map(({ name }) => name)).toEqual(["final"]);
    const deep = await client.jobs.listOutputFiles(group, lab, experiment, "writer", {
      outputdirectoryid: "MODELS",
      directory: "epochs/first",
    });
    expect(deep.map(({ name }) => name)).toEqual(["weights"]);
    expect(await (await fetch(deep[0]?.downloadUrl ?? "")).text()).toBe("a\n");
  });

  it("row 107: are refused links that live less than 5 or more than 600 minutes, and pages of 0 or 1001", async () => {
    for (const bad of [
      "linkexpiryinminutes=4",
      "linkexpiryinminutes=601",
      "maxresults=0",
      "maxresults=1001",
    ]) {
      const reply = await listing("writer", `outputdirectoryid=MODELS&${bad}`);
      expect([bad, reply.status, reply.body.error.target]).toEqual([bad, 400, bad.split("=")[0]]);
    }
    for (const good of ["linkexpiryinminutes=5", "linkexpiryinminutes=600", "maxresults=1000"])
      expect((await listing("writer", `outputdirectoryid=MODELS&${good}`)).status).toBe(200);
    expect((await listing("writer", "directory=.")).body.error.target).toBe("outputdirectoryid");
  });

  it("row 108: on a container show a directory once", async () => {
    const { client } = world;
    const options = { outputdirectoryid: "BLOBS" };
    const files = await client.jobs.listOutputFiles(group, lab, experiment, "writer", options);
    expect(files.map(({ name, fileType }) => [name, fileType])).toEqual([
      ["deep", "directory"],
      ["top.txt", "file"],
    ]);
  });

  it("row 108: of a directory that is unknown, or on no mount, are refused with what to do", async () => {
    const unknown = await listing("writer", "outputdirectoryid=NOPE");
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "OutputDirectoryNotFound"]);
    expect(unknown.body.error.message).toContain("stdouterr, checkpoints, MODELS, BLOBS, LOCAL");
    const local = await listing("writer", "outputdirectoryid=LOCAL");
    expect([local.status, local.body.error.code]).toEqual([400, "OutputDirectoryNotOnMount"]);
    expect(local.body.error.message).toBe(
      "The specified outputDirectoryId LOCAL is not present on a mount root",
    );
  });

  it("row 108: stay inside the directory, and a path that storage cannot have is the caller's fault", async () => {
    for (const id of ["MODELS", "BLOBS"]) {
      for (const directory of ["..", "epochs/../../..", "a%00b"])
        expect([
          id,
          directory,
          (await listing("writer", `outputdirectoryid=${id}&directory=${directory}`)).status,
        ]).toEqual([id, directory, 400]);
      for (const directory of [
        "a%01b",
        "x%3A%2A%3F",
        "%C3%BC",
        "%22",
        "%25",
        "x".repeat(3000),
        "a/".repeat(300),
        "%EF%BF%BF",
      ]) {
        const reply = await listing("writer", `outputdirectoryid=${id}&directory=${directory}`);
        expect([id, directory, [200, 400].includes(reply.status)]).toEqual([id, directory, true]);
      }
    }
  });

  it("row 108: before anything was written are none", async () => {
    const reply = await listing("writer", "outputdirectoryid=MODELS&directory=nothing/here");
    expect([reply.status, reply.body]).toEqual([200, { value: [] }]);
  });
});

describe("the wire of all these tests", () => {
  it("row 19: saw no 201 and no 5xx", () => {
    expect(forbiddenStatuses(world.wire)).toEqual([]);
    expect(world.wire.exchanges.length).toBeGreaterThan(20);
  });
});
