// The package that is deployed, staged as the deployment stages it and loaded as the Functions worker would: in bare Node, from
// a folder that has nothing else, by `require` of what package.json names. What it registers must be what the source defines,
// and without its settings it must say what is missing to whoever asks.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activities } from "../../activities/index.ts";
import { httpTriggers } from "../../functions/http/index.ts";
import { timerTriggersOf } from "../../functions/timers/index.ts";
import { usualTriggerInterval } from "../../functions/timers/trigger-interval.ts";
import { orchestrations } from "../../orchestrations/index.ts";

const run = promisify(execFile);
const stage = fileURLToPath(new URL("../../scripts/stage-app.mjs", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "batchai-package-")), "package");
  await run(process.execPath, [stage, folder]);
});
afterAll(() => rm(dirname(folder), { recursive: true, force: true }));

/** A core module that only takes names down, put in place before the bundle asks for it. */
const loader = `
const Module = require("node:module");
const names = [], registered = [];
const core = {
  version: "4.0.0", hostVersion: "4.0.0",
  setProgrammingModel() {}, getProgrammingModel() {},
  registerFunction: (metadata, callback) => {
    names.push(metadata.name);
    registered.push({ metadata, callback });
    return { dispose() {} };
  },
  registerHook: () => ({ dispose() {} }),
  log() {}, Disposable: class {},
};
const load = Module._load;
Module._load = (request, ...rest) => (request === "@azure/functions-core" ? core : load(request, ...rest));
const { join } = require("node:path");
const { main } = JSON.parse(require("node:fs").readFileSync("package.json", "utf8"));
require(join(process.cwd(), main));
(async () => {
  const answer = process.env.BATCHAI_LOCATION ? undefined : await registered[0].callback();
  console.log(JSON.stringify({ names, answer }));
  process.exit();
})();
`;

const settings = {
  AZURE_SUBSCRIPTION_ID: "11111111-2222-4333-8444-555555555555",
  BATCHAI_LOCATION: "westeurope",
  BATCHAI_BATCH_ACCOUNT_ID:
    "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/g/providers/Microsoft.Batch/batchAccounts/b",
  BATCHAI_BATCH_ENDPOINT: "https://b.westeurope.batch.azure.com",
  BATCHAI_STORAGE_ACCOUNT: "account",
  BATCHAI_SECRETS_KEY: Buffer.alloc(32, 1).toString("base64"),
  BATCHAI_AUTH_ISSUER: "https://login.microsoftonline.com/t/v2.0",
  BATCHAI_AUTH_AUDIENCE: "api://batchai",
  BATCHAI_AUTH_JWKS_URL: "https://login.microsoftonline.com/t/discovery/v2.0/keys",
};

const load = (environment: Record<string, string>) =>
  run(process.execPath, ["-e", loader], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", ...environment },
  });

describe("the deployed package", () => {
  it("is the bundle, its source map, the portal's pages and two descriptions, and no more", async () => {
    expect((await readdir(folder)).sort()).toEqual([
      "host.json",
      "main.cjs",
      "main.cjs.map",
      "package.json",
      "portal-pages",
    ]);
    expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8"))).not.toHaveProperty(
      "dependencies",
    );
    expect(JSON.parse(await readFile(join(folder, "host.json"), "utf8"))).toMatchObject({
      version: "2.0",
      extensions: {
        durableTask: {
          hubName: "%BATCHAI_TASK_HUB%",
          storageProvider: { maxQueuePollingInterval: "00:00:05" },
          maxConcurrentActivityFunctions: 32,
        },
      },
    });
  });

  it("is staged for a Durable Task Scheduler where that is asked for, and for nothing that there is not", async () => {
    const other = await mkdtemp(join(tmpdir(), "batchai-staged-"));
    const staged = (store: string) =>
      run(process.execPath, [stage, other], { env: { ...process.env, BATCHAI_ORCHESTRATION_STORE: store } });
    try {
      await staged("DurableTaskScheduler");
      expect(JSON.parse(await readFile(join(other, "host.json"), "utf8"))).toMatchObject({
        extensions: {
          http: { routePrefix: "" },
          durableTask: {
            hubName: "%BATCHAI_TASK_HUB%",
            storageProvider: {
              type: "azureManaged",
              connectionStringName: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
            },
          },
        },
        extensionBundle: { version: "[4.32.0, 5.0.0)" },
      });
      await expect(staged("Netherite")).rejects.toThrow("take one of AzureStorage, DurableTaskScheduler");
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  it("registers every function of the source, with a configuration as in Azure", async () => {
    const { stdout } = await load(settings);
    const expected = [
      ...httpTriggers,
      ...timerTriggersOf(usualTriggerInterval),
      ...orchestrations,
      ...activities,
    ].map(({ name }) => name);
    const { names } = JSON.parse(stdout) as { names: string[] };
    expect(names.sort()).toEqual(expected.sort());
  });

  it("has its HTTP functions without its settings, too, and answers 503 with the list of what is missing", async () => {
    const { stdout, stderr } = await load({});
    const { names, answer } = JSON.parse(stdout) as {
      names: string[];
      answer: { status: number; jsonBody: { error: { code: string; details: { target: string }[] } } };
    };
    // No durable function and no timer: what waits for them is not run with half a configuration.
    expect(names.sort()).toEqual(httpTriggers.map(({ name }) => name).sort());
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "60" } });
    expect(answer.jsonBody.error.code).toBe("ServiceNotConfigured");
    expect(answer.jsonBody.error.details.map(({ target }) => target)).toEqual([
      "AZURE_SUBSCRIPTION_ID",
      "BATCHAI_LOCATION",
      "BATCHAI_BATCH_ACCOUNT_ID",
      "BATCHAI_BATCH_ENDPOINT",
      "BATCHAI_STORAGE_ACCOUNT",
      "BATCHAI_SECRETS_KEY",
      "BATCHAI_AUTH_ISSUER",
      "BATCHAI_AUTH_AUDIENCE",
      "BATCHAI_AUTH_JWKS_URL",
    ]);
    expect(stderr).toContain("app.settingMissingOrWrong");
  });

  it("ends its load with the list where that is wanted", async () => {
    const failure = await load({ BATCHAI_SETTINGS_STRICT: "true" }).catch(
      (error: unknown) => error as { stderr: string },
    );
    expect("stderr" in failure && failure.stderr).toMatch(
      /AZURE_SUBSCRIPTION_ID[\s\S]*BATCHAI_BATCH_ENDPOINT/,
    );
  });
});
