// A secret that stays in its owner's Azure Key Vault: what a request names in its place. The value is read by the service's own
// identity when it is needed, never earlier, and kept nowhere ("Azure Key Vault REST API reference": Get Secret).
import { z } from "zod";

const idError =
  "expected the ARM id of a Key Vault: /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/{name}";
const vaultIdPattern =
  /^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.KeyVault\/vaults\/([A-Za-z0-9-]{3,24})$/i;

const urlError =
  "expected the URL of a secret: https://{vault}.vault.azure.net/secrets/{name}, with or without a version";
// Names: "Azure Key Vault keys, secrets and certificates overview", object identifiers. Other clouds have other domains.
const secretUrlPattern =
  /^https:\/\/([a-z0-9-]{3,24})\.vault\.[a-z0-9.-]+(?::443)?\/secrets\/([A-Za-z0-9-]{1,127})(?:\/([0-9a-f]{32}))?\/?$/i;

export const KeyVaultSecretReference = z
  .object({
    sourceVault: z.object({ id: z.string({ error: idError }).regex(vaultIdPattern, { error: idError }) }),
    secretUrl: z.string({ error: urlError }).regex(secretUrlPattern, { error: urlError }),
  })
  .refine(({ sourceVault, secretUrl }) => vaultOfId(sourceVault.id) === vaultOfUrl(secretUrl), {
    path: ["secretUrl"],
    error: "expected a secret of the vault that sourceVault names",
  });
export type KeyVaultSecretReference = z.infer<typeof KeyVaultSecretReference>;

export interface VaultSecret {
  /** In lower case. */
  readonly vault: string;
  readonly name: string;
  /** 32 hexadecimal digits; absent for the current version. */
  readonly version?: string;
}

/** @throws Error for a reference that the schema would refuse. */
export function vaultSecret({ secretUrl }: KeyVaultSecretReference): VaultSecret {
  const [, vault, name, version] = secretUrlPattern.exec(secretUrl) ?? [];
  if (vault === undefined || name === undefined) throw new Error("This is no URL of a Key Vault secret.");
  return { vault: vault.toLowerCase(), name, ...(version === undefined ? {} : { version }) };
}

function vaultOfId(id: string): string | undefined {
  return vaultIdPattern.exec(id)?.[1]?.toLowerCase();
}

function vaultOfUrl(url: string): string | undefined {
  return secretUrlPattern.exec(url)?.[1]?.toLowerCase();
}
