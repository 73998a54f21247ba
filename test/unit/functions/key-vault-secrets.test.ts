// What becomes of requests that refer to secrets in a Key Vault, with the whole app in one process.
import { expect, it } from "vitest";
import { startAppWorld } from "../../support/app/app-world.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";
import { vaultReference } from "../../support/vault-reference.ts";

const jobPath = `${experimentPath}/jobs/j`;
const token = { name: "TOKEN", valueSecretReference: vaultReference("vault1", "token") };

it("a job is started with the value that the vault has then, which nobody is shown", async () => {
  const vaultSecrets = new Map([["vault1/token", "canary-of-the-vault"]]);
  const world = await worldWithCluster({}, { vaultSecrets });
  await world.api("PUT", jobPath, { body: jobBody({ secrets: [token] }) });
  await world.advance(50);
  expect(world.onlyTask()).not.toBe("");
  const shown = await world.api("GET", jobPath);
  expect(shown.body).toMatchObject({ properties: { secrets: [token] } });
  expect(JSON.stringify([...world.staged, ...world.secrets])).not.toContain("canary-of-the-vault");
});

it("a job whose secret cannot be read fails and says which", async () => {
  const world = await worldWithCluster();
  await world.api("PUT", jobPath, { body: jobBody({ secrets: [token] }) });
  await world.advance(5_000);
  const { body } = await world.api("GET", jobPath);
  expect(body).toMatchObject({
    properties: {
      executionState: "failed",
      executionInfo: {
        errors: [
          {
            code: "JobLaunchFailed",
            details: [
              { name: "Info", value: "The secret 'token' of the Key Vault 'vault1' does not exist." },
            ],
          },
        ],
      },
    },
  });
});

it("a cluster whose secret cannot be read fails and says which, and takes up no quota", async () => {
  const world = await startAppWorld();
  await world.api("PUT", workspacePath, { body: { location: "eastus" } });
  const setupTask = {
    commandLine: "true",
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
    secrets: [token],
  };
  await world.api("PUT", clusterPath, { body: clusterBody({}, { nodeSetup: { setupTask } }) });
  await world.advance(1_000);
  const { body } = await world.api("GET", clusterPath);
  expect(body).toMatchObject({
    properties: {
      provisioningState: "failed",
      errors: [
        {
          code: "KeyVaultSecretUnavailable",
          message: "The secret 'token' of the Key Vault 'vault1' does not exist.",
        },
      ],
    },
  });
});
