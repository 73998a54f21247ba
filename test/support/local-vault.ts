// The genuine Key Vault client against the vault of a local cloud.
import { readFileSync } from "node:fs";
import { SecretClient } from "@azure/keyvault-secrets";
import type { LocalCloud } from "../../local/start.ts";

export const vaultToken = (cloud: LocalCloud, roles: string[] = ["admin"]) =>
  cloud.issueToken({ roles, audience: "https://vault.azure.net" });

export async function vaultClient(cloud: LocalCloud): Promise<SecretClient> {
  const token = await vaultToken(cloud);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 600_000 }) };
  return new SecretClient(cloud.description.urls.vault, credential, {
    // The address is none below vault.azure.net, which the client otherwise insists on.
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: readFileSync(cloud.description.certificate, "utf8") },
  });
}
