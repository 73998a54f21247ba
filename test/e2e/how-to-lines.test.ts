// The command lines of the how-to pages that have no test of their own, typed line by line against one local cloud.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare } from "../support/batch-ai-client.ts";
import { typedInShell } from "../support/typed-program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "how-to-lines-"));
const somebody = "0f0e0d0c-0b0a-0908-0706-050403020100";
let cloud: LocalCloud;

/** Azure's own directory is not here: whoever is asked for has one id. */
const before = `npx() { shift; batchai "$@"; }
az() { echo ${somebody}; }
group=${somebody}`;
const env = { BATCHAI_WORKSPACE: "lab", BATCHAI_EXPERIMENT: "digits", BATCHAI_LOCATION: "eastus" };
const type = (line: string) => typedInShell(line, { folder, env }, before).ended;

const mountVolumes = {
  azureFileShares: [
    {
      accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
      azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/files",
      relativeMountPath: "files",
      credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
    },
  ],
};
const jobOf = (value: string) => ({
  nodeCount: 1,
  customToolkitSettings: {
    commandLine: `echo "{\\"name\\": \\"accuracy\\", \\"value\\": ${value}, \\"step\\": 1}" >>$AZ_BATCHAI_METRICS_FILE; printf 1 >$AZ_BATCHAI_OUTPUT_MODEL/weights`,
  },
  stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files",
  outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files" }],
  mountVolumes,
});
const files = {
  "cluster.json": {
    properties: { vmSize: "STANDARD_D1", scaleSettings: { manual: { targetNodeCount: 1 } } },
  },
  "job.json": { properties: { ...jobOf("1"), receipt: {} } },
  "sweep.json": {
    properties: {
      trial: { properties: jobOf("$PARAM_RATE") },
      searchSpace: { RATE: { type: "uniform", min: 0, max: 1 } },
      objective: { metric: "accuracy", goal: "maximize" },
      algorithm: { type: "random", seed: 1 },
      limits: { maxTrials: 2, maxConcurrentTrials: 2 },
    },
  },
  "trigger.json": {
    properties: {
      on: { blobCreated: { container: "data", path: "in/{dataset}/{file}.csv" } },
      action: { experiment: "digits", job: { properties: jobOf("1") } },
    },
  },
  "event.json": { kind: "blobCreated", name: "in/birds/a.csv", etag: "0x1", size: 1 },
};
const setUp = [
  "batchai workspace create -n lab",
  "batchai workspace create -n vision",
  "batchai experiment create -n digits",
  "batchai experiment create -w vision -n demo",
  ...["nodes", "gpu"].map(
    (name) => `batchai cluster create -n ${name} -s STANDARD_D1 -t 1 -u ada -p Correct-horse-7`,
  ),
  "batchai submit job.json -n first -c nodes --follow",
  "batchai submit job.json -n again -c nodes --follow",
];

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  await createShare(cloud, "files");
  mkdirSync(join(folder, "data"));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), JSON.stringify(content));
  for (const line of setUp) {
    const { code, err } = await type(line);
    expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
  }
}, 120_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** How many lines each page has, so that none falls out unseen; and what is typed elsewhere. */
const pages: readonly (readonly [page: string, lines: number])[] = [
  ["receipts", 7],
  ["tracking", 1],
  ["sweeps", 8],
  ["triggers", 10],
  ["roles", 4],
  ["costs", 7],
  ["portal", 1],
  ["deploy", 1],
];
const elsewhere: readonly (readonly [line: RegExp, file: string])[] = [
  [/^batchai workflow restart /, "test/e2e/triggers/workflow.test.ts"],
];
/** A preflight tells what the local cloud lacks, too; a plan says 5 where there is no room. */
const otherCodes: readonly (readonly [line: RegExp, code: number])[] = [[/ doctor /, 5]];

describe.each(pages)("docs/how-to/%s.md", (page, count) => {
  const text = readFileSync(join(root, `docs/how-to/${page}.md`), "utf8");
  const lines = [...text.matchAll(/```sh\n([^]*?)```/g)]
    .flatMap(([, block = ""]) => block.trimEnd().split("\n"))
    .filter((line) => /^(?:npx )?batchai /.test(line));

  it("has as many lines as are held here", () => {
    expect(lines).toHaveLength(count);
    for (const [, file] of elsewhere) expect(readFileSync(join(root, file), "utf8")).not.toBe("");
  });

  it.each(lines.filter((line) => elsewhere.every(([other]) => !other.test(line))))(
    "%s",
    { timeout: 60_000 },
    async (line) => {
      const wanted = otherCodes.find(([asked]) => asked.test(line))?.[1] ?? 0;
      const { code, err } = await type(line);
      expect({ line, code, err: code === wanted ? "" : err }).toEqual({ line, code: wanted, err: "" });
    },
  );
});
