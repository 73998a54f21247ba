// A job's receipt on a local cloud, as a shell asks for it: what it left is as the receipt says until somebody changes a byte of it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare } from "../support/batch-ai-client.ts";
import { typed } from "../support/typed-program.ts";

const folder = mkdtempSync(join(tmpdir(), "receipts-"));
let cloud: LocalCloud;

const env = { BATCHAI_WORKSPACE: "lab", BATCHAI_EXPERIMENT: "e" };
const type = (line: string) => typed(line.split(" "), { folder, env }).ended;
const ok = async (line: string) => {
  const { code, out, err } = await type(line);
  expect([line, code, err]).toEqual([line, 0, ""]);
  return out;
};
const differing = async (line: string) => {
  const { code, out } = await type(line);
  expect(code).toBe(1);
  return JSON.parse(out) as unknown;
};

const jobOf = (model: string) => ({
  properties: {
    nodeCount: 1,
    customToolkitSettings: { commandLine: `printf ${model} >$AZ_BATCHAI_OUTPUT_MODEL/model.bin` },
    stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files",
    inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files/data" }],
    outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files" }],
    mountVolumes: {
      azureFileShares: [
        {
          accountName: cloud.description.storageAccount.name,
          azureFileUrl: `${cloud.description.urls.file}/files`,
          credentials: { accountKey: cloud.description.storageAccount.key },
          relativeMountPath: "files",
        },
      ],
    },
    receipt: {},
  },
});

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  await createShare(cloud, "files");
  for (const name of ["one", "two"]) writeFileSync(join(folder, `${name}.json`), JSON.stringify(jobOf(name)));
  writeFileSync(join(folder, "train.csv"), "1,2\n");
  await ok("workspace create -n lab -l local");
  await ok("experiment create -n e");
  await ok("cluster create -n nodes -s STANDARD_D1 -t 1 -u ada -p Correct-horse-7");
  await ok("cp train.csv share:files/data/");
}, 60_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it("tells by name what changed, of what a job left and of what it was made", async () => {
  expect((await type("job receipt -n absent")).code).toBe(3);
  await ok("submit one.json -n first -c nodes --follow");
  await ok("submit one.json -n again -c nodes --follow");
  await ok("submit two.json -n other -c nodes --follow");
  const kept = await ok("job receipt -n first");
  writeFileSync(join(folder, "first-receipt.json"), kept);
  expect(JSON.parse(kept)).toMatchObject({
    subject: [{ name: "MODEL/model.bin" }],
    predicate: { inputs: [{ name: "DATA/train.csv" }], exitCode: 0 },
  });
  expect(await ok("job verify -n first -o json")).toBe("[]\n");
  expect(await ok("job verify -n first --against again -o json")).toBe("[]\n");
  expect(await differing("job verify -n first --against other")).toEqual([
    { what: "toolkit", verdict: "changed" },
    { what: "output MODEL/model.bin", verdict: "changed" },
  ]);

  const segment = (await ok("job show -n first --query jobOutputDirectoryPathSegment -o tsv")).trim();
  writeFileSync(join(folder, "model.bin"), "onf");
  await ok(`cp model.bin share:files/${segment}/outputs/`);
  expect(await differing("job verify -n first --receipt first-receipt.json")).toEqual([
    { what: "output MODEL/model.bin", verdict: "changed" },
  ]);
  writeFileSync(join(folder, "train.csv"), "1,3\n");
  await ok("cp train.csv share:files/data/");
  await ok("submit one.json -n later -c nodes --follow");
  expect(await differing("job verify -n first --against later")).toEqual([
    { what: "input DATA/train.csv", verdict: "changed" },
  ]);
}, 120_000);
