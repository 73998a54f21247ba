// The values of what a cluster, job or file server keeps secret. What stays in a Key Vault is read now and kept nowhere.
import type { SecretSource, SecretSources, SecretValues } from "../domain/shared/secrets.ts";
import type { Services } from "../services/services.ts";

/** All values of an owner. @throws AppError as `KeyVaults.read`. */
export async function secretsOf(services: Services, owner: string): Promise<SecretValues> {
  return secretValues(services, await services.secrets.get(owner));
}

/** @throws AppError as `KeyVaults.read`. */
export async function secretValues(services: Services, sources: SecretSources): Promise<SecretValues> {
  const values = [...sources].map(
    async ([name, source]) => [name, await secretValue(services, source)] as const,
  );
  return new Map(await Promise.all(values));
}

/** The key of a place in storage, if there is one. @throws AppError as `KeyVaults.read`. */
export async function keyOf(
  services: Services,
  kept: SecretSources,
  { accountKeySecret: name }: { readonly accountKeySecret?: string | undefined },
): Promise<string | undefined> {
  const source = name === undefined ? undefined : kept.get(name);
  return source === undefined ? undefined : secretValue(services, source);
}

/** @throws AppError as `KeyVaults.read`. */
async function secretValue(services: Services, source: SecretSource): Promise<string> {
  return typeof source === "string" ? source : services.keyVaults.read(source);
}
