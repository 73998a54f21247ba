// What genuine clients and files send that is not quite right, and what must not be guessed.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { storageOutputFiles } from "../../../services/azure/storage-output-files.ts";
import { systemClock } from "../../../local/clock.ts";
import { startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { groupPath, startAppWorld } from "../../support/app/app-world.ts";
import { workspacePath, worldWithCluster } from "../../support/app/stories.ts";

const origin = "http://api.example:7071";
const jobPath = `${workspacePath}/experiments/e/jobs/talk`;

async function jobWith(properties: object) {
  const world = await worldWithCluster();
  await world.api("PUT", `${workspacePath}/experiments/e`);
  const cluster = { id: `${workspacePath}/clusters/c` };
  return world.api("PUT", jobPath, {
    body: {
      properties: {
        cluster,
        nodeCount: 1,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/out",
        customToolkitSettings: { commandLine: "true" },
        ...properties,
      },
    },
  });
}
const share = (azureFileUrl: string) => ({
  mountVolumes: {
    azureFileShares: [
      {
        accountName: "store",
        azureFileUrl,
        credentials: { accountKey: "a2V5a2V5" },
        relativeMountPath: "files",
      },
    ],
  },
});

describe("a request", () => {
  it("may double a slash", async () => {
    const { api } = await startAppWorld();
    const made = await api("PUT", `${origin}/${groupPath}/lab`, { body: { location: "eastus" } });
    expect(made.status).toBe(200);
    expect((await api("GET", `${origin}/${groupPath}//lab`)).body).toMatchObject({ name: "lab" });
    expect((await api("GET", `${origin}//nothing`)).status).toBe(404);
  });

  it("that is Latin-1 is refused, not stored as something else", async () => {
    const { api } = await startAppWorld();
    const bytes = Buffer.from('{"location":"eastus","tags":{"a":"M\u00fcnchen"}}', "latin1");
    const headers = { "content-type": "application/json", "content-length": String(bytes.length) };
    const answer = await api("PUT", `${groupPath}/lab`, { bytes, headers });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "MalformedJson" } } });
    expect(answer.body.error.message).toContain("UTF-8");
  });

  it("may hold empty texts for what was left out, but not for what is required", async () => {
    const inputs = {
      outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/o", pathSuffix: "" }],
    };
    expect((await jobWith(inputs)).status).toBe(202);
    const answer = await jobWith({ customToolkitSettings: { commandLine: "" } });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain("customToolkitSettings.commandLine: is required");
  });
});

describe("a file share", () => {
  it("of another account than accountName is refused by name", async () => {
    const answer = await jobWith(share("https://other.file.core.windows.net/results"));
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(
      "azureFileUrl: expected a share of the account that accountName names",
    );
    expect((await jobWith(share("http://127.0.0.1:1/other/results"))).status).toBe(400);
    expect((await jobWith(share("https://store.file.core.windows.net/results"))).status).toBe(202);
  });

  it("that is a blob container is named as such", async () => {
    const answer = await jobWith(share("https://store.blob.core.windows.net/results"));
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain("azureBlobFileSystems");
  });

  it("lists no directory that is a file, and says so", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shares-"));
    const account = { name: "store", key: "a2V5a2V5" };
    const clock = systemClock();
    const options = { accounts: [account], port: 0, clock, random: systemRandom(), logger: silentLogger };
    const shares = await startFileShares({ dataDirectory: folder, ...options });
    await shares.createShare("store", "results");
    await writeFile(join(shares.shareRoot("store", "results") ?? "", "file"), "");
    const files = storageOutputFiles({
      blobs: undefined as never,
      credential: undefined as never,
      fileEndpointTemplate: `${shares.url}/{account}`,
      clock: { now: () => clock.now(), sleep: async () => undefined },
    });
    const place = {
      kind: "fileShare",
      accountName: "store",
      accountKey: account.key,
      container: "results",
    } as const;
    const wanted = { linkLifetimeMs: 1000, page: { size: 10 } };
    await expect(files.list({ ...place, directory: "file" }, wanted)).rejects.toMatchObject({
      code: "InvalidQueryParameter",
      target: "directory",
    });
    await shares.dispose();
    await rm(folder, { recursive: true });
  });
});
