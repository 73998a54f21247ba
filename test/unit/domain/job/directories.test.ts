import { describe, expect, it } from "vitest";
import { locate, locateOutput } from "../../../../domain/job/directories.ts";
import { pathSegment } from "../../../../domain/job/directories.ts";
import { blob, clusterGuid, job, jobGuid, share } from "../samples.ts";

const mnist = (properties: object = {}) =>
  job({
    mountVolumes: {
      azureFileShares: [share("mine/deep", { azureFileUrl: "http://127.0.0.1:10003/datastore/private" })],
    },
    outputDirectories: [
      { id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs/runs/", pathSuffix: "models" },
      { id: "LOCAL", pathPrefix: "/tmp" },
      { id: "NEAR", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afsX" },
      { id: "USER", pathPrefix: "${WHERE}/x" },
      { id: "INPUT", pathPrefix: "$AZ_BATCHAI_INPUT_DATA/../y" },
    ],
    inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_JOB_MOUNT_ROOT/mine/deep/data" }],
    environmentVariables: [{ name: "WHERE", value: "/tmp" }],
    ...properties,
  });
const segment = pathSegment(mnist(), jobGuid);

describe("the storage behind a job's directories", () => {
  it("is the mount that its path lies on, at cluster level or job level", () => {
    expect(locateOutput(mnist(), "stdouterr", ".")).toEqual({
      kind: "fileShare",
      accountName: "datastore",
      container: "logs",
      directory: `${segment}/stdouterr`,
      secretOwner: clusterGuid,
      accountKeySecret: "nodeSetup.mountVolumes.azureFileShares.0.accountKey",
    });
    expect(locateOutput(mnist(), "MODEL", "a//b/./c")).toMatchObject({
      kind: "blob",
      container: "digits",
      directory: `runs/${segment}/outputs/models/a/b/c`,
    });
    expect(locateOutput(mnist(), "INPUT", ".")).toMatchObject({
      container: "private",
      directory: `y/${segment}/outputs`,
      secretOwner: jobGuid,
    });
  });

  it("is beside the logs for checkpoints, unless the job has an output directory of that name", () => {
    expect(locateOutput(mnist(), "checkpoints", "epoch-3")).toMatchObject({
      container: "logs",
      directory: `${segment}/checkpoints/epoch-3`,
    });
    const own = mnist({
      outputDirectories: [{ id: "checkpoints", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" }],
    });
    expect(locateOutput(own, "checkpoints", ".")).toMatchObject({ directory: `${segment}/outputs` });
    expect(locate(mnist(), "$AZ_BATCHAI_CHECKPOINT_DIR")).toMatchObject({
      directory: `${segment}/checkpoints`,
    });
  });

  it.each(["LOCAL", "NEAR", "USER"])("does not exist for %s, and the error is the service's", (id) => {
    expect(() => locateOutput(mnist(), id, ".")).toThrow(
      expect.objectContaining({
        code: "OutputDirectoryNotOnMount",
        status: 400,
        message: `The specified outputDirectoryId ${id} is not present on a mount root`,
      }),
    );
  });

  it("is not searched for an id that the job has not", () => {
    expect(() => locateOutput(mnist(), "model", ".")).toThrow(
      "The job 'mnist' has no output directory 'model'; it has: stdouterr, checkpoints, MODEL, LOCAL, NEAR, USER, INPUT",
    );
  });

  it.each(["..", "a/../../b", "../stdouterr"])("is never left with directory '%s'", (directory) => {
    expect(() => locateOutput(mnist(), "stdouterr", directory)).toThrow(
      /expected a path inside the output directory/,
    );
  });

  it("knows the mount root by the path it has in the documents of 2018", () => {
    const literal = "/mnt/batch/tasks/shared/LS_root/mounts/afs/data";
    expect(locate(mnist(), literal)).toEqual(locate(mnist(), "$AZ_BATCHAI_MOUNT_ROOT/afs/data"));
    expect(locate(mnist(), literal)).toBeDefined();
    expect(locate(mnist(), "/mnt/batch/tasks/shared/elsewhere/afs")).toBeUndefined();
  });

  it("does not hold what a path of the user's cannot reach by name", () => {
    const tricky = mnist({
      environmentVariables: [
        { name: "WHERE", value: "$ROOT/afs" },
        { name: "ROOT", value: "$AZ_BATCHAI_MOUNT_ROOT" },
      ],
    });
    expect(locate(tricky, "$WHERE/x")).toBeUndefined(); // of a value only the service's variables expand
    expect(locate(tricky, "$ROOT/afs/x")).toEqual(locate(tricky, "$AZ_BATCHAI_MOUNT_ROOT/afs/x"));
    expect(
      locate(job({ mountVolumes: { azureBlobFileSystems: [blob("b")] } }), "relative/path"),
    ).toBeUndefined();
  });
});
