// Values that users hand over once and nobody reads back: storage keys, passwords, secret environment variables. They
// live encrypted, apart from every document, under the resource that owns them. Invariant: no value ever reaches a
// table, a log, an orchestration history or a command line.
import type { SecretSources } from "../domain/shared/secrets.ts";

export interface SecretStore {
  /** Replaces all values of an owner (`clusters/<guid>` or `jobs/<guid>`). */
  put(owner: string, values: SecretSources): Promise<void>;
  /** Empty when the owner has none. */
  get(owner: string): Promise<SecretSources>;
  /** Removing what is absent is a success. */
  remove(owner: string): Promise<void>;
  /** Seals anew what an earlier key sealed. Undefined when there is no earlier key. */
  reseal(): Promise<{ readonly resealed: number; readonly unreadable: number } | undefined>;
  /** Everyone who has secrets here, and since when (ISO 8601). */
  owners(): Promise<readonly { readonly owner: string; readonly modifiedAt: string }[]>;
}
