// What one vault does with secrets: versions, attributes, deletion that can be undone ("Azure Key Vault soft-delete overview").
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type { SecretRecord, SecretsFile, SecretVersion } from "../store/secrets-file.ts";
import { secretNotFound, VaultFault } from "./fault.ts";

/** What a caller may say of a version; what is left out stays. */
export interface VersionChange {
  readonly contentType?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly enabled?: boolean | undefined;
  /** Epoch seconds. */
  readonly notBefore?: number | undefined;
  readonly expires?: number | undefined;
}

export interface Found {
  readonly name: string;
  readonly version: SecretVersion;
}

export interface DeletedSecret extends Found {
  /** Epoch seconds. */
  readonly deleted: number;
}

/** Days until a deleted secret goes for good; also what answers call `recoverableDays`. */
export const recoverableDays = 90;
const namePattern = /^[A-Za-z0-9-]{1,127}$/;
const maxValueLength = 25_000;

/** Names are compared without case, as there. */
export class Vault {
  readonly #vault: string;
  readonly #file: SecretsFile;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(vault: string, file: SecretsFile, clock: Clock, random: Random) {
    this.#vault = vault;
    this.#file = file;
    this.#clock = clock;
    this.#random = random;
  }

  set(name: string, value: string, change: VersionChange): Found {
    if (!namePattern.test(name))
      throw new VaultFault(400, "BadParameter", "A secret's name has 1 to 127 letters, digits and '-'.");
    if (value.length > maxValueLength)
      throw new VaultFault(400, "BadParameter", `A secret has at most ${maxValueLength} characters.`);
    const found = this.#find(name);
    if (found?.deleted !== undefined)
      throw new VaultFault(
        409,
        "Conflict",
        `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
      );
    const now = this.#seconds();
    const fresh = { value, enabled: true, created: now, updated: now };
    const version = changed({ version: this.#random.uuid().replaceAll("-", ""), ...fresh }, change, now);
    const before = found ?? { vault: this.#vault, name, versions: [] };
    this.#replace(name, { ...before, versions: [...before.versions, version] });
    return { name: before.name, version };
  }

  /** With its value: refused while it is disabled. */
  read(name: string, version?: string): Found {
    const record = this.#living(name);
    const found = versionOf(record, version);
    if (!found.enabled)
      throw new VaultFault(403, "Forbidden", "Operation get is not allowed on a disabled secret.");
    return { name: record.name, version: found };
  }

  update(name: string, version: string | undefined, change: VersionChange): Found {
    const record = this.#living(name);
    const next = changed(versionOf(record, version), change, this.#seconds());
    const versions = record.versions.map((one) => (one.version === next.version ? next : one));
    this.#replace(name, { ...record, versions });
    return { name: record.name, version: next };
  }

  list(): readonly Found[] {
    return this.#mine()
      .filter(({ deleted }) => deleted === undefined)
      .map(newest)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  versions(name: string): readonly Found[] {
    const record = this.#living(name);
    return record.versions.map((version) => ({ name: record.name, version }));
  }

  remove(name: string): DeletedSecret {
    const record = this.#living(name);
    const deleted = this.#seconds();
    this.#replace(name, { ...record, deleted });
    return { ...newest(record), deleted };
  }

  listDeleted(): readonly DeletedSecret[] {
    return this.#mine().flatMap((one) =>
      one.deleted === undefined ? [] : [{ ...newest(one), deleted: one.deleted }],
    );
  }

  findDeleted(name: string): DeletedSecret {
    const found = this.#find(name);
    if (found?.deleted === undefined) throw secretNotFound(name);
    return { ...newest(found), deleted: found.deleted };
  }

  recover(name: string): Found {
    this.findDeleted(name);
    const { deleted: _, ...record } = this.#find(name) as SecretRecord;
    this.#replace(name, record);
    return newest(record);
  }

  purge(name: string): void {
    this.findDeleted(name);
    this.#replace(name, undefined);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  /** Of all vaults, without what nobody recovered in time. */
  #kept(): readonly SecretRecord[] {
    const oldest = this.#seconds() - recoverableDays * 86_400;
    return this.#file.all().filter(({ deleted }) => deleted === undefined || deleted >= oldest);
  }

  #mine(): readonly SecretRecord[] {
    return this.#kept().filter(({ vault }) => vault === this.#vault);
  }

  #isNamed(one: SecretRecord, name: string): boolean {
    return one.vault === this.#vault && one.name.toLowerCase() === name.toLowerCase();
  }

  #find(name: string): SecretRecord | undefined {
    return this.#kept().find((one) => this.#isNamed(one, name));
  }

  #living(name: string): SecretRecord {
    const found = this.#find(name);
    if (found === undefined || found.deleted !== undefined) throw secretNotFound(name);
    return found;
  }

  #replace(name: string, next: SecretRecord | undefined): void {
    const others = this.#kept().filter((one) => !this.#isNamed(one, name));
    this.#file.save(next === undefined ? others : [...others, next]);
  }
}

function newest(record: SecretRecord): Found {
  return { name: record.name, version: versionOf(record, undefined) };
}

function versionOf(record: SecretRecord, version: string | undefined): SecretVersion {
  const found =
    version === undefined
      ? record.versions.at(-1)
      : record.versions.find((one) => one.version === version.toLowerCase());
  if (found === undefined) throw secretNotFound(`${record.name}/${version ?? ""}`);
  return found;
}

function changed(version: SecretVersion, change: VersionChange, now: number): SecretVersion {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...version, ...given, updated: now };
}
