// What an account has of the storage beside the emulator, which several accounts may share.
import type { EmulatorOptions } from "./options.ts";

export const linked = ({ storage }: EmulatorOptions, isLinked: boolean, lastKeySync: number) =>
  storage === undefined || !isLinked ? undefined : { accountName: storage.accountName, lastKeySync };

/** Accounts that share a storage account keep their packages apart. */
export function packagesOf({ packages }: EmulatorOptions, key: string): EmulatorOptions["packages"] {
  if (packages === undefined) return undefined;
  const own = (name: string) => `${key}/${name}`;
  return {
    uploadUrl: (name, expiresAt) => packages.uploadUrl(own(name), expiresAt),
    has: (name) => packages.has(own(name)),
    unpack: (name, folder) => packages.unpack(own(name), folder),
    remove: (name) => packages.remove(own(name)),
  };
}
