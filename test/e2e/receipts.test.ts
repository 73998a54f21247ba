// A job's receipt on a local cloud, as a shell asks for it: what it left is as the receipt says until somebody changes a byte of it.
import { createHash } from "node:crypto";
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

  const envelope = await ok("job receipt -n first --signed");
  writeFileSync(join(folder, "signed.json"), envelope);
  expect(await ok("job verify -n first --receipt signed.json -o json")).toBe("[]\n");
  const signed = JSON.parse(envelope) as { payload: string };
  const text = Buffer.from(signed.payload, "base64").toString();
  expect(JSON.parse(text)).toEqual(JSON.parse(kept));
  const payload = Buffer.from(text.replace('"exitCode":0', '"exitCode":1')).toString("base64");
  writeFileSync(join(folder, "forged.json"), JSON.stringify({ ...signed, payload }));
  expect(await differing("job verify -n first --receipt forged.json -o json")).toEqual([
    { what: "signature", verdict: "changed" },
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

it("runs the same once more beside the first, with its secrets, and not with other inputs", async () => {
  writeFileSync(join(folder, "train.csv"), "1,2\n");
  await ok("cp train.csv share:files/data/");
  const { properties } = jobOf("");
  const commandLine =
    'printf "$TOKEN" | tee $AZ_BATCHAI_OUTPUT_MODEL/same >$AZ_BATCHAI_OUTPUT_MODEL/dir; printf $AZ_BATCHAI_OUTPUT_MODEL >$AZ_BATCHAI_OUTPUT_MODEL/dir';
  const secrets = [{ name: "TOKEN", value: "for nobody" }];
  const write = (name: string, more: object) =>
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ properties: { ...properties, ...more } }));
  write("secret", { secrets, customToolkitSettings: { commandLine } });
  await ok("submit secret.json -n secret -c nodes --follow");
  const found = await type("job reproduce -n secret --as secret-again -o json");
  expect(found.code).toBe(1);
  const file = (name: string, verdict: string) => ({ what: `output MODEL/${name}`, verdict });
  const left = { sha256: createHash("sha256").update("for nobody").digest("hex"), sizeBytes: 10 };
  expect(JSON.parse(found.out)).toMatchObject({
    job: "secret",
    copy: "secret-again",
    reproduced: false,
    differences: [],
    outputs: [file("dir", "changed"), { ...file("same", "equal"), first: left, second: left }],
  });
  // The first one's outputs are as they were, and nothing tells the secret.
  expect(await ok("job verify -n secret -o json")).toBe("[]\n");
  const shown = await ok("job show -n secret-again");
  expect(shown).not.toContain("for nobody");
  expect(JSON.parse(shown)).toMatchObject({ reproduces: { checked: true } });

  const table = await ok("job reproduce -n other -o table");
  expect(table).toMatch(/^What +Verdict +First +Second\noutput MODEL\/model.bin +equal +\w{12} \(3 B\) /);

  writeFileSync(join(folder, "train.csv"), "1,4\n");
  await ok("cp train.csv share:files/data/");
  const refused = await type("job reproduce -n other --as otherwise");
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain("JobInputsChanged: ");
  expect(refused.err).toContain("Info: input DATA/train.csv changed");
  expect(await differing("job reproduce -n other --as allowed --allow-changed -o json")).toMatchObject({
    reproduced: false,
    differences: [{ what: "input DATA/train.csv", verdict: "changed" }],
    outputs: [file("model.bin", "equal")],
  });
  // A name that is another job's is not taken.
  expect((await type("job reproduce -n other --as first")).code).toBe(1);
  expect((await type("job reproduce -n absent")).code).toBe(3);
}, 180_000);
