// Secrets that stay in their owners' Key Vaults. They are read by this service's own identity, so that an administrator says
// which vaults may be named at all.
import type { KeyVaultSecretReference } from "../domain/shared/key-vault.ts";

export interface KeyVaults {
  /**
   * The value now, of the version that is named or the current one.
   * @throws AppError KeyVaultSecretUnavailable when the vault may not be named here, has no such secret or does not let the
   *   service read it; ServiceUnavailable when the vault could not be reached.
   */
  read(reference: KeyVaultSecretReference): Promise<string>;
}
