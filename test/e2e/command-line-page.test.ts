// docs/how-to/command-line.md, typed line by line against one local cloud. Lines that go on until they are stopped, or need what is not here, are
// named with the test that holds them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare } from "../support/batch-ai-client.ts";
import { typedInShell } from "../support/typed-program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "command-line-page-"));
let cloud: LocalCloud;

const type = (line: string) => typedInShell(line, { folder }).ended;

const page = readFileSync(join(root, "docs/how-to/command-line.md"), "utf8");
const lines = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = ""]) =>
  block.trimEnd().split("\n"),
);

const elsewhere: readonly (readonly [line: RegExp, file: string])[] = [
  [/^batchai login --profile work /, "test/unit/cli/config.test.ts"],
  [/^batchai config use work$/, "test/unit/cli/config.test.ts"],
  [/^batchai notebook /, "test/e2e/notebook.test.ts"],
  [/^batchai jobs --watch$/, "test/unit/cli/reading-commands.test.ts"],
  [/^batchai (?:exec|port-forward) /, "test/e2e/every-command.test.ts"],
  [/^batchai completion fish \| source$/, "test/e2e/completion.test.ts"],
];

/** What is on the standard output of a line that answers more than "done". */
const answers: readonly (readonly [line: RegExp, shown: RegExp])[] = [
  [/^batchai submit /, /^trained\n$/],
  [/^batchai cost /, /"nodeHours": /],
  [/^batchai plan /, /"what": "price"/],
  [/^batchai cp data /, /^share:files\/digits\/a\.csv\n$/],
  [/^batchai cp job:/, /^model\/weights\n$/],
  [/^batchai download /, /^results\/MODEL\/weights\n$/],
  [/^batchai logs first --follow$/, /^rank 0\n$/],
  [/^batchai logs first --node 1 /, /^warned 1\n$/],
  [/^batchai why -c nodes$/, /ClusterReady/],
];

const properties = {
  nodeCount: 1,
  customToolkitSettings: { commandLine: "echo trained" },
  stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files",
  mountVolumes: {
    azureFileShares: [
      {
        accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
        azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/files",
        relativeMountPath: "files",
        credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
      },
    ],
  },
};
/** Two processes on two nodes, without the framework. */
const twoNodes = {
  ...properties,
  nodeCount: 2,
  customToolkitSettings: undefined,
  pyTorchSettings: {
    pythonScriptFilePath: "$AZ_BATCHAI_INPUT_CODE/say.py",
    communicationBackend: "gloo",
    processCount: 2,
  },
  inputDirectories: [{ id: "CODE", path: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files/code" }],
  outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files" }],
};
const say = `import os, sys
rank = os.environ["AZ_BATCHAI_TASK_INDEX"]
print("rank " + rank)
print("warned " + rank, file=sys.stderr)
if rank == "0":
    open(os.environ["AZ_BATCHAI_OUTPUT_MODEL"] + "/weights", "w").write("1")
`;

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  await createShare(cloud, "files");
  mkdirSync(join(folder, "data"));
  const files = {
    "data/a.csv": "1,2\n",
    "say.py": say,
    "job.json": JSON.stringify({ properties }),
    "two.json": JSON.stringify({ properties: twoNodes }),
    "cluster.json": JSON.stringify({
      properties: { vmSize: "STANDARD_D1", scaleSettings: { manual: { targetNodeCount: 1 } } },
    }),
    "mine.ipynb": "{}",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const setUp = [
    "batchai convert job.json >job.yaml",
    "batchai workspace create -n lab",
    "batchai experiment create -w lab -n digits",
    "batchai cp say.py share:files/code/",
    "batchai cp mine.ipynb share:batchai/notebooks/",
    "batchai cluster create -w lab -n nodes -s STANDARD_D1 -t 2 -u ada -p Correct-horse-7",
    "batchai job create -w lab -e digits -n first -c nodes -f two.json",
    "batchai job wait -w lab -e digits -n first --interval 0.2",
  ];
  for (const line of setUp) {
    const { code, err } = await type(line);
    expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
  }
}, 120_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it("the page has the lines that are held here and elsewhere", () => {
  for (const [line, file] of elsewhere) {
    expect(
      lines.filter((one) => line.test(one)),
      String(line),
    ).not.toEqual([]);
    expect(existsSync(join(root, file)), file).toBe(true);
  }
  for (const [line] of answers)
    expect(
      lines.filter((one) => line.test(one)),
      String(line),
    ).toHaveLength(1);
});

const typed = lines.filter((line) => elsewhere.every(([other]) => !other.test(line)));

it.each(typed)("%s", { timeout: 60_000 }, async (line) => {
  const { code, out, err } = await type(line);
  expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
  for (const [asked, shown] of answers) if (asked.test(line)) expect(out).toMatch(shown);
});
