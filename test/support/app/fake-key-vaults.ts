// Key Vaults as a map, for the app in one process: what is not in it does not exist.
import { AppError } from "../../../domain/shared/errors.ts";
import { vaultSecret } from "../../../domain/shared/key-vault.ts";
import type { KeyVaults } from "../../../services/key-vaults.ts";

/** @param secrets by `vault/name`. */
export function fakeKeyVaults(secrets: ReadonlyMap<string, string>): KeyVaults {
  return {
    async read(reference) {
      const { vault, name } = vaultSecret(reference);
      const value = secrets.get(`${vault}/${name}`);
      if (value !== undefined) return value;
      throw new AppError(
        "KeyVaultSecretUnavailable",
        `The secret '${name}' of the Key Vault '${vault}' does not exist.`,
      );
    },
  };
}
