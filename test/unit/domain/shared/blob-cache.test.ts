// How a container is cached and what is read-only: what a request may say of it, and the words that the nodes get.
import { describe, expect, it } from "vitest";
import { poolBlobOptions } from "../../../../domain/cluster/blob-options.ts";
import { checkSibling } from "../../../../domain/job/spot/sibling.ts";
import { planLaunch } from "../../../../domain/launch/plan.ts";
import { renderPlan } from "../../../../domain/launch/render.ts";
import { clusterWire } from "../../../../domain/cluster/wire.ts";
import { AppError } from "../../../../domain/shared/errors.ts";
import { hasOwnMembers, refuseOwnMembers } from "../../../../domain/shared/own-members.ts";
import { blob, cluster, clusterBody, job, jobBody, share } from "../samples.ts";

const fileServer = {
  id: "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research/fileServers/nfs",
};
const mounting = (...blobs: object[]) =>
  cluster({ nodeSetup: { mountVolumes: { azureBlobFileSystems: blobs } } });
const optionsOf = (extra: object) => {
  const [mount] = mounting(blob("data", extra)).spec.mountVolumes?.azureBlobFileSystems ?? [];
  return mount === undefined ? "" : poolBlobOptions(mount);
};
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return "accepted";
}
const usual = "-o attr_timeout=240 -o entry_timeout=240 -o negative_timeout=120";

describe("the options of a container on a cluster", () => {
  it.each<readonly [string, object, string]>([
    ["nothing", {}, `${usual} -o allow_other`],
    ["the text of 2018", { mountOptions: "-o foo" }, "-o foo"],
    ["the text of 2018, read-only", { mountOptions: "-o foo", readOnly: true }, "-o foo --read-only"],
    ["root alone", { allowOther: false, attributeCacheInSeconds: 7 }, `${usual} --attr-cache-timeout=7`],
    [
      "a cache of files",
      { fileCache: { path: "/mnt/cache", sizeInMB: 4096, timeoutInSeconds: 0 } },
      `${usual} -o allow_other --tmp-path=/mnt/cache --cache-size-mb=4096 --file-cache-timeout=0`,
    ],
    [
      "a cache of blocks",
      {
        readOnly: true,
        blockCache: {
          ...{ blockSizeInMB: 8, memoryInMB: 128, prefetchBlocks: 12 },
          ...{ path: "/mnt/blocks", diskSizeInMB: 1000, diskTimeoutInSeconds: 60 },
        },
      },
      `${usual} -o allow_other --block-cache-path=/mnt/blocks --block-cache --block-cache-block-size=8 --block-cache-pool-size=128 ` +
        "--block-cache-prefetch=12 --block-cache-disk-size=1000 --block-cache-disk-timeout=60 --read-only",
    ],
  ])("%s", (_name, extra, options) => {
    expect(optionsOf(extra)).toBe(options);
  });

  it("are shown as they were sent, and are part of what a sibling cluster must have", () => {
    const extra = { readOnly: true, fileCache: { path: "/mnt/cache" }, allowOther: false };
    const shown = clusterWire(mounting(blob("data", extra))).properties.nodeSetup?.mountVolumes;
    expect(shown?.azureBlobFileSystems[0]).toMatchObject(extra);
    const spot = {
      ...mounting(blob("data")),
      spec: { ...mounting(blob("data")).spec, vmPriority: "lowpriority" },
    };
    const sibling = { ...mounting(blob("data", extra)), cluster: "other" };
    expect(refusal(() => checkSibling(spot as never, sibling, 1))).toContain("does not mount what");
  });
});

describe("the options of a container of a job", () => {
  it("come in the plan, with the folder of its cache apart, because each run has one of its own", () => {
    const document = job({
      mountVolumes: {
        azureBlobFileSystems: [
          blob("files", { fileCache: { path: "/mnt/cache", sizeInMB: 10 }, readOnly: true }),
          blob("blocks", { blockCache: { path: "/mnt/blocks", prefetchBlocks: 0 }, allowOther: false }),
        ],
        azureFileShares: [share("share", { readOnly: true })],
        unmanagedFileSystems: [{ mountCommand: "mount nfs:/x", relativeMountPath: "own", readOnly: true }],
      },
    });
    const lines = renderPlan(planLaunch(document)).split("\n");
    const of = (directive: string) =>
      lines.filter((line) => line.startsWith(`${directive} `)).map((line) => line.split("'").slice(-8));
    expect(lines.filter((line) => line.startsWith("plan_mount_blob "))).toEqual([
      expect.stringMatching(
        /'?-o allow_other --cache-size-mb=10 --read-only'? '?--tmp-path'? '?\/mnt\/cache'?$/,
      ),
      expect.stringMatching(
        /'?--block-cache --block-cache-prefetch=0'? '?--block-cache-path'? '?\/mnt\/blocks'?$/,
      ),
    ]);
    expect(of("plan_mount_share")).toHaveLength(1);
    expect(lines.find((line) => line.startsWith("plan_mount_share "))).toMatch(/0777'? '?0777'? '?ro'?$/);
    expect(lines.find((line) => line.startsWith("plan_mount_unmanaged "))).toMatch(/ '?ro'?$/);
  });
});

describe("a cache that cannot be", () => {
  it.each<readonly [string, object, RegExp]>([
    [
      "both kinds",
      { fileCache: {}, blockCache: {} },
      /\[0\]\.blockCache: expected either fileCache .* or blockCache/,
    ],
    [
      "fields beside the text of 2018",
      { mountOptions: "-o x", fileCache: {} },
      /\[0\]\.mountOptions: expected nothing beside fileCache/,
    ],
    ["few blocks ahead", { blockCache: { prefetchBlocks: 3 } }, /prefetchBlocks: expected 0, or at least 11/],
    [
      "memory that does not hold them",
      { blockCache: { memoryInMB: 100, blockSizeInMB: 16 } },
      /memoryInMB: expected at least 176: 11 blocks of 16 MB are read ahead/,
    ],
    ["a disk without a folder", { blockCache: { diskSizeInMB: 5000 } }, /diskSizeInMB: .*give a path/],
    ["a relative folder", { fileCache: { path: "cache" } }, /fileCache\.path: expected an absolute path/],
    ["a folder above", { fileCache: { path: "/mnt/../etc" } }, /fileCache\.path: expected an absolute path/],
    [
      "an option in the folder",
      { fileCache: { path: "/mnt/x --y" } },
      /fileCache\.path: expected an absolute/,
    ],
    ["no size", { fileCache: { sizeInMB: 0 } }, /fileCache\.sizeInMB: expected a whole number from 1/],
    ["a text", { readOnly: "yes" }, /readOnly: expected true or false/],
    [
      "a contradiction",
      { readOnly: false, mountOptions: "-o allow_other,ro" },
      /readOnly: expected true, or mountOptions without 'ro'/,
    ],
  ])("%s", (_name, extra, message) => {
    expect(refusal(() => mounting(blob("data", extra)))).toMatch(message);
  });

  it("is one in the folder of another, also of one that the job's cluster has", () => {
    const cached = (mount: string, path: string) => blob(mount, { fileCache: { path } });
    expect(refusal(() => mounting(cached("a", "/mnt/c"), cached("b", "/mnt/c/b")))).toMatch(
      /azureBlobFileSystems\[1\]: its cache '\/mnt\/c\/b' is in the way of another one at '\/mnt\/c'/,
    );
    expect(refusal(() => mounting(cached("a", "/mnt/c"), cached("b", "/mnt/cb")))).toBe("accepted");
    const mountVolumes = { azureBlobFileSystems: [cached("own", "/mnt/c")] };
    expect(refusal(() => job({ mountVolumes }, mounting(cached("a", "/mnt/c"))))).toContain("is in the way");
  });
});

describe("what is to be written to a read-only mount is refused where it is asked for", () => {
  const readOnly = { readOnly: true };
  it.each<readonly [string, object]>([
    ["bfs", { azureBlobFileSystems: [blob("bfs", readOnly)] }],
    ["afs", { azureFileShares: [share("afs", readOnly)] }],
    ["afs", { azureBlobFileSystems: [blob("afs", { mountOptions: "-o allow_other,ro" })] }],
    ["nfs", { fileServers: [{ fileServer, relativeMountPath: "nfs", mountOptions: "ro" }] }],
    ["own", { unmanagedFileSystems: [{ mountCommand: "x", relativeMountPath: "own", ...readOnly }] }],
  ])("%s of %j", (path, mountVolumes) => {
    const on = cluster({ nodeSetup: { mountVolumes } });
    const at = `$AZ_BATCHAI_MOUNT_ROOT/${path}/logs`;
    expect(refusal(() => job({ stdOutErrPathPrefix: at }, on))).toBe(
      `properties.stdOutErrPathPrefix: the file system '${path}' is mounted read-only; name a place on another one, or mount it without readOnly`,
    );
    const outputDirectories = [
      { id: "OK", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/x" },
      { id: "M", pathPrefix: "$WHERE/m" },
    ];
    const environmentVariables = [{ name: "WHERE", value: at }];
    const elsewhere = { stdOutErrPathPrefix: "/tmp", outputDirectories, environmentVariables };
    expect(refusal(() => job(elsewhere, on))).toMatch(
      /^properties\.outputDirectories\[1\]\.pathPrefix: the file/,
    );
    const setupTask = { commandLine: "true", stdOutErrPathPrefix: at };
    expect(refusal(() => cluster({ nodeSetup: { mountVolumes, setupTask } }))).toMatch(
      /^properties\.nodeSetup\.setupTask\.stdOutErrPathPrefix: the file system/,
    );
    expect(refusal(() => job({ stdOutErrPathPrefix: `$AZ_BATCHAI_MOUNT_ROOT/other` }, on))).toBe("accepted");
  });

  it("and no shared folder of a job is looked for there", () => {
    const on = cluster({
      nodeSetup: { mountVolumes: { azureFileShares: [share("a", readOnly), share("b")] } },
    });
    const document = job({ nodeCount: 2, stdOutErrPathPrefix: "/tmp" }, on);
    expect(planLaunch(document).sharedTemp).toContain("$AZ_BATCHAI_MOUNT_ROOT/b/");
  });
});

describe("these members", () => {
  it.each<readonly ["cluster" | "job", object, string]>([
    [
      "cluster",
      clusterBody({
        nodeSetup: { mountVolumes: { azureFileShares: [share(), share("b", { readOnly: true })] } },
      }),
      "properties.nodeSetup.mountVolumes.azureFileShares[1].readOnly",
    ],
    [
      "job",
      jobBody({ mountVolumes: { azureBlobFileSystems: [blob("b", { blockCache: {} })] } }),
      "properties.mountVolumes.azureBlobFileSystems[0].blockCache",
    ],
  ])("of a %s belong to our own version of the API", (kind, body, target) => {
    expect(hasOwnMembers(kind, body)).toBe(true);
    expect(refusal(() => refuseOwnMembers(kind, body))).toBe(
      `${target}: the service of 2018 had no such member; send the request with api-version=2026-11-01`,
    );
    expect(hasOwnMembers(kind, kind === "job" ? jobBody() : clusterBody())).toBe(false);
  });
});
