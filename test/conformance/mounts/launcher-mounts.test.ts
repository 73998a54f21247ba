// The launcher of compute nodes, unchanged, mounting a container and a share of the local cloud on an emulated node.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { type Mounts, createMounts } from "../../../local/mounts/index.ts";
import { type MountService, startMountService } from "../../../local/mounts/service.ts";
import { writeMountShims } from "../../../local/mounts/shims/index.ts";
import { systemRandom } from "../../../local/random.ts";
import { type Azurite, startAzurite } from "../../../local/storage/index.ts";
import { EmulatedNodes } from "../../local/node/emulated-nodes.ts";
import { until } from "../../support/batch-ai-client.ts";
import { accountKey, blob, jobWithSecrets, share } from "../../unit/domain/samples.ts";

const account = { name: "datastore", key: accountKey };
const logger = silentLogger;
let folder: string;
let azurite: Azurite;
let container: ContainerClient;
let mounts: Mounts;
let service: MountService;
let node: EmulatedNodes;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "launcher-mounts-"));
  const childFile = fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url));
  azurite = await startAzurite({ dataDirectory: "memory", account, logger, childFile });
  container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("digits");
  await container.create();
  await mkdir(join(folder, "shares/logs"), { recursive: true });
  mounts = createMounts({
    root: join(folder, "mounts"),
    accounts: [{ ...account, blobUrl: azurite.blobUrl }],
    shareRoot: (_account, name) => join(folder, "shares", name),
    clock: systemClock(),
    logger,
  });
  service = await startMountService({ mounts, stateFile: "memory", random: systemRandom(), logger });
  node = await EmulatedNodes.create(["/bin/sh"]);
  writeMountShims(join(node.root, "bin"));
  const plain = node.environment(0);
  node.environment = () => ({
    ...plain,
    ...service.environmentOf("tvm-0", node.path(0)),
    PATH: `${join(node.root, "bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
  });
});
afterEach(async () => {
  await node.dispose();
  await service.close();
  await mounts.close();
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
});

const run = async (properties: object) => {
  const { document, secrets } = jobWithSecrets(properties);
  return node.run(document, secrets);
};

describe("a job with volumes of its own", () => {
  it("reads and writes container and share through the launcher's mounts, and leaves none behind", async () => {
    await node.mountEverywhere("afs");
    await container.getBlockBlobClient("train/images.txt").upload("pixels", 6);
    const outcome = await run({
      mountVolumes: { azureFileShares: [share("logs")], azureBlobFileSystems: [blob("data")] },
      customToolkitSettings: {
        commandLine:
          'cd "$AZ_BATCHAI_JOB_MOUNT_ROOT"; cat data/train/images.txt >logs/copy.txt; mkdir data/out; echo model >data/out/model.bin',
      },
    });
    expect(outcome).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, "shares/logs/copy.txt"), "utf8")).toBe("pixels");
    expect((await container.getBlobClient("out/model.bin").downloadToBuffer()).toString()).toBe("model\n");
    expect(mounts.targets("tvm-0")).toEqual([]);
    expect(await readdir(join(folder, "shares/logs"))).toEqual(["copy.txt"]);
  });

  it("fails with storage's reason when its container does not exist", async () => {
    await node.mountEverywhere("afs");
    const missing = { mountVolumes: { azureBlobFileSystems: [blob("data", { containerName: "nowhere" })] } };
    expect((await run(missing)).code).toBe(243);
    expect(await node.result()).toMatchObject({
      outcome: "blob-mount-failed",
      detail: expect.stringContaining("container 'nowhere' not found") as string,
    });
  });

  it("whose container is deleted meanwhile fails, names what was lost, and leaves no mount that is tried for ever", async () => {
    await node.mountEverywhere("afs");
    const go = join(node.root, "go");
    const { document, secrets } = jobWithSecrets({
      mountVolumes: { azureBlobFileSystems: [blob("data")] },
      outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/data" }],
      customToolkitSettings: {
        commandLine: `touch "${go}.up"; while [ ! -e "${go}" ]; do sleep 0.05; done; echo model >"$AZ_BATCHAI_OUTPUT_MODEL/model.bin"`,
      },
    });
    await node.stage(document, secrets);
    const run = node.start("run");
    await until("the program runs", async () => existsSync(`${go}.up`) || undefined);
    await container.delete();
    await writeFile(go, "");
    expect(await run.ended).toMatchObject({ code: 245 });
    expect(await node.result()).toMatchObject({
      outcome: "output-lost",
      exitCode: 0,
      detail: expect.stringMatching(/could not unmount .*The specified container does not exist/) as string,
      lost: expect.stringMatching(/^output directory MODEL/) as string,
    });
    expect(mounts.targets("tvm-0")).toEqual([]);
  });
});
