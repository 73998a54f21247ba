// Schemathesis, a tester of others, drives the local cloud by the description that the app itself serves: no status that is
// not described, no body of another shape, no 5xx. Runs where scripts/install-test-tools.sh has installed the program.
// EXAMPLES_PER_OPERATION makes a run longer.
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { testTools } from "../support/test-tools.ts";

const program = join(testTools, "schemathesis", "bin", "schemathesis");
const examples = process.env["EXAMPLES_PER_OPERATION"] ?? "10";
const installed = spawnSync(program, ["--version"]).status === 0;
const reason = installed ? "" : " (skipped: no schemathesis here, see scripts/install-test-tools.sh)";
const run = promisify(execFile);

/** Without `unsupported_method`: it tries TRACE, which the Functions host answers itself, before any app. */
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "ignored_auth",
];

/** The token comes from the environment, not from a command line that every user of the machine can read. */
const configuration = (subscriptionId: string) => `
headers = { Authorization = "Bearer \${BATCHAI_TOKEN}" }
[parameters]
"path.subscriptionId" = "${subscriptionId}"
"path.resourceGroup" = "local"
"path.workspace" = "lab"
"path.cluster" = "small"
"path.experiment" = "trials"
`;

let cloud: LocalCloud;
let folder: string;

beforeAll(async () => {
  if (!installed) return;
  folder = await mkdtemp(join(tmpdir(), "schemathesis-"));
  cloud = await startLocal({ data: "temporary" });
});
afterAll(async () => {
  await cloud?.dispose();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!installed)(`the API against its own description${reason}`, () => {
  it("answers what it describes, and never 5xx", { timeout: 1_200_000 }, async () => {
    const { urls, token, subscriptionId } = cloud.description;
    const put = (path: string, body: object) =>
      fetch(
        `${urls.api}/subscriptions/${subscriptionId}/resourceGroups/local/${path}?api-version=2018-05-01`,
        {
          method: "PUT",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        },
      );
    const workspace = "providers/Microsoft.BatchAI/workspaces/lab";
    await put(workspace, { location: "local" });
    await put(`${workspace}/experiments/trials`, {});
    await writeFile(join(folder, "schemathesis.toml"), configuration(subscriptionId));
    const options = ["--max-examples", examples, "--seed", "1", "--checks", checks.join(","), "--no-color"];
    const end = await run(program, ["run", `${urls.api}/openapi.json`, ...options], {
      cwd: folder,
      env: { ...process.env, BATCHAI_TOKEN: token },
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        stdout: `${error.stdout}\n${error.stderr}`,
      }),
    );
    expect(end.code, end.stdout.slice(-20_000)).toBe(0);
    expect(end.stdout).toMatch(/Tested: \d+|passed/);
  });
});
