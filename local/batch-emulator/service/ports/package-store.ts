// What the emulator asks of the storage account that keeps application packages.

export interface PackageStore {
  /** A link that lets its bearer write and read one package until then. */
  uploadUrl(name: string, expiresAtMs: number): Promise<string>;
  has(name: string): Promise<boolean>;
  /** Unpacks a package into a folder that must not exist yet; all of it is there afterwards, or nothing. Resolves with
   *  the reason when that is not possible. */
  unpack(name: string, folder: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
}
