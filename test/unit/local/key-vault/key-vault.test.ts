// The app's reader and the genuine client against the local cloud's vaults, over real sockets.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCertificate } from "../../../../local/certificate.ts";
import { startControl } from "../../../../local/control-server.ts";
import type { ControlServer } from "../../../../local/control-server.ts";
import { appIdentity } from "../../../../local/identity/index.ts";
import { createKeyVaults } from "../../../../local/key-vault/index.ts";
import { systemRandom } from "../../../../local/random.ts";
import { keyVaults } from "../../../../services/azure/key-vaults.ts";
import { manualClock } from "../../../../local/clock.ts";
import { vaultReference } from "../../../support/vault-reference.ts";

const day = 86_400_000;
const holders: Record<string, { subject: string; roles: string[]; audiences: string[] }> = {
  officer: { subject: "ada", roles: ["admin"], audiences: ["https://vault.azure.net"] },
  app: { subject: appIdentity, roles: [], audiences: ["https://vault.azure.net/"] },
  nobody: { subject: "bob", roles: ["reader"], audiences: ["https://vault.azure.net"] },
  elsewhere: { subject: "ada", roles: ["admin"], audiences: ["https://management.azure.com/"] },
};
const key = new Uint8Array(32).fill(7);
let folder: string;
let clock: ReturnType<typeof manualClock>;
let plain: ControlServer;
let secure: ControlServer;
let certificate: string;

const vaultsOn = (keyBytes = key) =>
  createKeyVaults({
    file: join(folder, "key-vault.json"),
    key: keyBytes,
    identity: { verify: async (token) => holders[token] },
    authority: () => "https://login.example/tenant",
    clock,
    random: systemRandom(),
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "key-vault-"));
  clock = manualClock();
  const handler = vaultsOn();
  const { cert, key: certKey } = await openCertificate(undefined, clock);
  certificate = cert;
  plain = await startControl(0, [handler]);
  secure = await startControl(0, [handler], { cert, key: certKey });
});
afterEach(async () => {
  await Promise.all([plain.dispose(), secure.dispose()]);
  rmSync(folder, { recursive: true, force: true });
});

const genuine = (token = "officer") =>
  new SecretClient(
    secure.url,
    { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 600_000 }) },
    {
      disableChallengeResourceVerification: true,
      tlsOptions: { ca: certificate },
      retryOptions: { maxRetries: 0 },
    },
  );
const reader = (allowed: readonly string[] = ["*"], token = "app") =>
  keyVaults({
    endpointTemplate: `${plain.url}/vaults/{vault}`,
    allowed,
    tokens: { token: async () => token },
  });

describe("the genuine client", () => {
  it("sets, reads, lists, changes and disables secrets in versions", async () => {
    const client = genuine();
    const first = await client.setSecret("token", "one", { tags: { a: "b" }, contentType: "text" });
    await client.setSecret("token", "two");
    expect((await client.getSecret("TOKEN")).value).toBe("two");
    const old = await client.getSecret("token", { version: first.properties.version ?? "" });
    expect(old).toMatchObject({ value: "one", properties: { tags: { a: "b" }, contentType: "text" } });
    const names: string[] = [];
    for await (const { name } of client.listPropertiesOfSecrets()) names.push(name);
    expect(names).toEqual(["token"]);
    let versions = 0;
    for await (const { enabled } of client.listPropertiesOfSecretVersions("token"))
      versions += Number(enabled);
    expect(versions).toBe(2);
    await client.updateSecretProperties("token", first.properties.version ?? "", { enabled: false });
    await expect(
      client.getSecret("token", { version: first.properties.version ?? "" }),
    ).rejects.toMatchObject({ statusCode: 403, code: "Forbidden" });
  });

  it("deletes, recovers and purges; what nobody recovered is gone after ninety days", async () => {
    const client = genuine();
    await client.setSecret("token", "one");
    await (await client.beginDeleteSecret("token")).pollUntilDone();
    await expect(client.getSecret("token")).rejects.toMatchObject({ code: "SecretNotFound" });
    await expect(client.setSecret("token", "again")).rejects.toMatchObject({ statusCode: 409 });
    await (await client.beginRecoverDeletedSecret("token")).pollUntilDone();
    expect((await client.getSecret("token")).value).toBe("one");
    await (await client.beginDeleteSecret("token")).pollUntilDone();
    await clock.advance(91 * day);
    await client.setSecret("token", "anew");
    await (await client.beginDeleteSecret("token")).pollUntilDone();
    await client.purgeDeletedSecret("token");
    await expect(client.getDeletedSecret("token")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("is refused without the right", async () => {
    await genuine().setSecret("token", "one");
    await expect(genuine("nobody").getSecret("token")).rejects.toMatchObject({ statusCode: 403 });
    await expect(genuine("elsewhere").getSecret("token")).rejects.toMatchObject({ statusCode: 401 });
    expect((await genuine("app").getSecret("token")).value).toBe("one");
    await expect(genuine("app").setSecret("token", "two")).rejects.toMatchObject({ statusCode: 403 });
  });
});

describe("the service", () => {
  it("reads the current or the named version of a vault that was named", async () => {
    const { properties } = await genuine().setSecret("token", "one");
    await genuine().setSecret("token", "two");
    expect(await reader().read(vaultReference("local", "token"))).toBe("two");
    const named = vaultReference("local", `token/${properties.version}`);
    expect(await reader(["local"]).read(named)).toBe("one");
  });

  it("says what is missing, and never asks a vault that no administrator allowed", async () => {
    const reference = vaultReference("vault1", "token");
    await expect(reader().read(reference)).rejects.toMatchObject({
      code: "KeyVaultSecretUnavailable",
      message: expect.stringContaining("The secret 'token' of the Key Vault 'vault1' does not exist"),
    });
    await expect(reader(["other"]).read(reference)).rejects.toMatchObject({
      code: "KeyVaultSecretUnavailable",
      message: expect.stringContaining("BATCHAI_KEY_VAULTS"),
    });
    await expect(reader(["*"], "nobody").read(reference)).rejects.toMatchObject({
      code: "KeyVaultSecretUnavailable",
      message: expect.stringContaining("Key Vault Secrets User"),
    });
    await plain.dispose();
    await expect(reader().read(reference)).rejects.toMatchObject({ code: "ServiceUnavailable" });
  });
});

it("nothing of a secret can be read in the file, which opens with its key only", async () => {
  await genuine().setSecret("token", "a-value-to-look-for");
  const text = readFileSync(join(folder, "key-vault.json"), "utf8");
  expect(text).not.toMatch(/a-value-to-look-for|token/);
  const request = new Request(`${plain.url}/secrets/token?api-version=7.4`, {
    headers: { authorization: "Bearer app" },
  });
  expect(await (await vaultsOn()(request))?.json()).toMatchObject({ value: "a-value-to-look-for" });
  expect(() => vaultsOn(new Uint8Array(32))).toThrow("cannot be decrypted");
});
