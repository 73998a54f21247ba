// The hooks of the deployment, with `az`, `azd` and `curl` played by scripts that note what they were asked.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "batchai-hooks-"));
  for (const name of ["azd", "sleep"]) program(name, note(name));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

const note = (name: string) => `printf '%s\\n' "${name} $*" >>"$BIN/said"`;
function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}
/** The first answer whose words are all part of the call; what has none answers nothing. */
const az = (...answers: readonly (readonly [words: string, answer: string])[]) =>
  program(
    "az",
    `${note("az")}\ncase "$*" in\n${answers.map(([words, answer]) => `*"${words}"*) ${answer} ;;`).join("\n")}\nesac`,
  );

function hook(name: string, environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", [`infra/hooks/${name}.sh`], {
    encoding: "utf8",
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      BIN: bin,
      TMPDIR: bin,
      BATCHAI_HOOK_TRIES: "2",
      ...given,
      ...environment,
    },
  });
  const said = existsSync(join(bin, "said"))
    ? readFileSync(join(bin, "said"), "utf8").trim().split("\n")
    : [];
  return { status, stdout, stderr, said };
}
const given = {
  AZURE_ENV_NAME: "prod",
  AZURE_LOCATION: "westeurope",
  AZURE_KEY_VAULT_NAME: "kv-1",
  AZURE_FUNCTION_APP_NAME: "func-1",
  AZURE_RESOURCE_GROUP: "rg-prod",
  BATCHAI_ENDPOINT: "https://func-1.example",
};
const registered = ["provider show", "echo Registered"] as const;
const roomForOne = [
  ["quotas show", "echo 3"],
  ["--resource-group", "echo 0"],
  ["account list", "echo 2"],
] as const;

describe("before provisioning", () => {
  it.each([
    [
      { BATCHAI_ORCHESTRATION_STORE: "Netherite" },
      /is AzureStorage or DurableTaskScheduler, not 'Netherite'/,
    ],
    [
      { BATCHAI_ORCHESTRATION_STORE: "DurableTaskScheduler", BATCHAI_ISOLATED: "true" },
      /BATCHAI_ISOLATED goes with orchestrations in storage only/,
    ],
  ])("a store of orchestrations that cannot be had is refused: %j", (environment, message) => {
    az(registered, ...roomForOne);
    const { status, stderr } = hook("preprovision", environment);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("a Durable Task Scheduler needs its provider", () => {
    az(["Microsoft.DurableTask", "echo NotRegistered"], registered, ...roomForOne);
    expect(hook("preprovision", { BATCHAI_ORCHESTRATION_STORE: "DurableTaskScheduler" }).stderr).toMatch(
      /Microsoft\.DurableTask is not registered/,
    );
    const given = { BATCHAI_API_CLIENT_ID: "known" };
    expect(hook("preprovision", given).status).toBe(0);
  });

  it.each([
    [
      "a provider that is not registered",
      [["Microsoft.KeyVault", "echo NotRegistered"], registered],
      /Microsoft\.KeyVault is not registered.*az provider register/,
    ],
    [
      "a region without room for a Batch account",
      [registered, ["quotas show", "echo 2"], ["--resource-group", "echo 0"], ["account list", "echo 2"]],
      /has 2 Batch accounts in westeurope and may have 2/,
    ],
    [
      "a region that Batch does not know",
      [registered, ["quotas show", "exit 1"], ["account list", "echo 0"]],
      /does not answer for the region westeurope/,
    ],
  ] as const)("%s is told with its remedy, and nothing is made", (_title, answers, message) => {
    az(...answers);
    const { status, stderr, said } = hook("preprovision");
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(said.filter((line) => /create|PATCH|env set/.test(line))).toEqual([]);
  });

  it("the registration is made with its roles, its scope and the Azure CLI as a trusted client", () => {
    az(
      registered,
      ...roomForOne,
      ["app create", "echo client-1"],
      ["app show", "echo object-1"],
      ["sp create", "echo sp-1"],
    );
    const { status, stderr, said } = hook("preprovision");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/app create .*--app-roles @infra\/hooks\/app-roles\.json/),
        expect.stringMatching(/PATCH --url https:\/\/graph\.microsoft\.com\/v1\.0\/applications\/object-1/),
        "az ad sp update --id sp-1 --set appRoleAssignmentRequired=true",
      ]),
    );
    expect(said.at(-1)).toBe("azd env set BATCHAI_API_CLIENT_ID client-1");
  });

  it("one that was made before is left alone, so that a pipeline needs no right to registrations", () => {
    az(registered, ...roomForOne);
    const { status, said } = hook("preprovision", { BATCHAI_API_CLIENT_ID: "client-1" });
    expect(status).toBe(0);
    expect(said.filter((line) => / ad |rest/.test(line))).toEqual([]);
  });
});

describe("after provisioning", () => {
  it("a vault without a key gets one of 32 bytes, by a file that does not stay and no command line", () => {
    az(
      ["secret list", "echo 0"],
      [
        "secret set",
        'for w; do case $w in "$BIN"/*) cp "$w" "$BIN/key"; ls -l "$w" | cut -c1-10 >"$BIN/mode" ;; esac; done',
      ],
      ["signed-in-user", "exit 1"],
    );
    const { status, said } = hook("postprovision");
    expect(status).toBe(0);
    const key = readFileSync(join(bin, "key"), "utf8");
    expect(Buffer.from(key, "base64")).toHaveLength(32);
    expect(readFileSync(join(bin, "mode"), "utf8").trim()).toBe("-rw-------");
    expect(said.join("\n")).not.toContain(key);
    const file = /--file (\S+)/.exec(said.join("\n"))?.[1] ?? "";
    expect(file).not.toBe("");
    expect(existsSync(file)).toBe(false);
    expect(said).toContain("az functionapp restart --name func-1 --resource-group rg-prod --output none");
  });

  it.each([
    ["that has its key keeps it", "echo 1", 0],
    ["that cannot be read is not taken for one without a key", "exit 1", 1],
  ])("a vault %s", (_title, answer, code) => {
    az(["secret list", answer], ["signed-in-user", "exit 1"]);
    const { status, said } = hook("postprovision");
    expect(status).toBe(code);
    expect(said.filter((line) => line.includes("secret set"))).toEqual([]);
  });

  it("whoever deploys becomes administrator, once", () => {
    const common = [
      ["secret list", "echo 1"],
      ["signed-in-user", "echo me"],
      ["ad sp list", "echo sp-1"],
    ] as const;
    az(...common, ["length(value", "echo 0"]);
    expect(
      hook("postprovision", { BATCHAI_API_CLIENT_ID: "c" }).said.filter((line) => line.includes("POST")),
    ).toHaveLength(1);
    rmSync(join(bin, "said"));
    az(...common, ["length(value", "echo 1"]);
    expect(
      hook("postprovision", { BATCHAI_API_CLIENT_ID: "c" }).said.filter((line) => line.includes("POST")),
    ).toEqual([]);
  });
});

describe("after a deployment", () => {
  const answering = (status: number) =>
    program(
      "curl",
      `${note("curl")}\ncase "$*" in *openapi*) ;; *) cat >"$BIN/input"; printf ${status} ;; esac`,
    );
  const environment = { BATCHAI_API_CLIENT_ID: "client-1" };
  const signedIn = [
    ["get-access-token", "echo the-token"],
    ["account show", "echo sub-1"],
  ] as const;

  it("the service is asked with a token, which is in no command line", () => {
    az(...signedIn);
    answering(200);
    const { status, stdout, said } = hook("postdeploy", environment);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "OpenBatchAI answers at https://func-1.example\n",
    });
    expect(said.join("\n")).not.toContain("the-token");
    expect(readFileSync(join(bin, "input"), "utf8")).toBe('header = "Authorization: Bearer the-token"\n');
  });

  it.each([
    [401, /BATCHAI_AUTH_AUDIENCE/],
    [403, /no app role/],
    [500, /answers 500/],
  ])("an answer %d is told with its remedy", (answer, message) => {
    az(...signedIn);
    answering(answer);
    expect(hook("postdeploy", environment)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(message),
    });
  });

  it("a service that does not answer is told with where its logs are", () => {
    az(...signedIn);
    program("curl", "exit 7");
    expect(hook("postdeploy", environment)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/does not answer.*log tail/),
    });
  });
});
