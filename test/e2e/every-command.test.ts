// Every command against one local cloud, where nobody looks: data alone on standard output, in the shape of the API's own schemas, and
// nothing on standard error.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../cli/commands/index.ts";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare, until } from "../support/batch-ai-client.ts";
import { answers, elsewhere } from "../support/command-answers.ts";
import { typed } from "../support/typed-program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "every-command-"));
const project = join(folder, "project");
let cloud: LocalCloud;

/** The built program in a process of its own, as a shell starts it. */
const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, HOME: folder };
const type = (line: string) => typed(line.split(" "), { folder: project, env }).ended;

const commandOf = (line: string) =>
  commands
    .filter(({ name }) => `${line} `.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0]?.name ?? line;

/** What must be so before a line is typed. */
const before: Readonly<Record<string, () => Promise<unknown>>> = {
  "job node list": () =>
    until("the long job to run", async () => {
      const { out } = await type("job show -n long --query executionState -o tsv");
      return out.trim() === "running" ? true : undefined;
    }),
  "sweep resume": () =>
    until("the sweep to have ended", async () => {
      const { out } = await type("sweep show -n rates --query executionState -o tsv");
      return out.trim() === "terminating" ? undefined : true;
    }),
  "sweep import": async () =>
    writeFileSync(join(project, "rates.json"), (await type("sweep export -n rates --format archive")).out),
};

const mounts = {
  azureFileShares: [
    {
      accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
      azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/files",
      relativeMountPath: "files",
      credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
    },
  ],
};
const jobOf = (commandLine: string) => ({
  properties: {
    nodeCount: 1,
    customToolkitSettings: { commandLine },
    stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files",
    mountVolumes: mounts,
  },
});
const reporting = (value: string) =>
  `echo "{\\"name\\": \\"accuracy\\", \\"value\\": ${value}, \\"step\\": 1}" >>$AZ_BATCHAI_METRICS_FILE; echo done`;

beforeAll(async () => {
  mkdirSync(project);
  cloud = await startLocal({ data: join(project, ".batchai") });
  await createShare(cloud, "files");
  const files = {
    "cluster.json": {
      properties: { vmSize: "STANDARD_D1", scaleSettings: { manual: { targetNodeCount: 1 } } },
    },
    "job.json": { properties: { ...jobOf(reporting("1")).properties, receipt: {} } },
    "long.json": jobOf("exec sleep 1000"),
    "sweep.json": {
      properties: {
        trial: jobOf(reporting("$PARAM_RATE")),
        searchSpace: { RATE: { type: "uniform", min: 0, max: 1 } },
        objective: { metric: "accuracy", goal: "maximize" },
        algorithm: { type: "random", seed: 1 },
        limits: { maxTrials: 2, maxConcurrentTrials: 2, trialTimeout: "PT5M" },
      },
    },
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(project, name), JSON.stringify(content));
  writeFileSync(join(project, "hello.sh"), "echo hello\n");
  // Logging in to a node is what other tests are about.
  writeFileSync(join(folder, "ssh"), "#!/bin/sh\n", { mode: 0o755 });
}, 60_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it("no command is left out", () => {
  const named = [...answers.map(([line]) => commandOf(line)), ...Object.keys(elsewhere)];
  expect([...new Set(named)].sort()).toEqual(commands.map(({ name }) => name).sort());
  for (const file of Object.values(elsewhere)) expect(existsSync(join(root, file)), file).toBe(true);
});

describe("standard output holds data alone for", () => {
  it.each(answers)("batchai %s", { timeout: 60_000 }, async (line, answer) => {
    await before[commandOf(line)]?.();
    const said = await type(line);
    expect({ ...said, out: "" }).toEqual({ code: 0, out: "", err: "" });
    if (answer instanceof RegExp) expect(said.out).toMatch(answer);
    else {
      const parsed = answer.safeParse(JSON.parse(said.out));
      expect({ issues: parsed.error?.issues, of: parsed.success ? "" : said.out }).toEqual({
        issues: undefined,
        of: "",
      });
    }
  });
});

it.each([
  ["yaml", /^- name: /],
  ["yamlc", /^- name: /],
  ["jsonl", /^\{"name":"/],
  ["tsv", /^\S+\t/],
  ["table", /^Name +Value\n/],
])("answers are written as %s", async (format, shape) => {
  const said = await type(`config list -o ${format}`);
  expect(said).toMatchObject({ code: 0, err: "" });
  expect(said.out).toMatch(shape);
});

it("a query, and a spec in YAML, are read", async () => {
  expect(await type("config list --query [].name -o tsv")).toMatchObject({ code: 0, err: "" });
  writeFileSync(join(project, "job.yaml"), (await type("convert job.json")).out);
  expect(JSON.parse((await type("convert job.yaml --to json")).out)).toHaveProperty(
    "properties.nodeCount",
    1,
  );
});
