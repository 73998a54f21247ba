// AES-256-GCM envelopes: `{ v, iv, tag, data }` in base64, bound to the owner's name as additional data so that one
// owner's envelope cannot be put in another's place. Only this file touches the keys: the first seals, all open, so that a
// key can be replaced while envelopes of the one before are about.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { z } from "zod";
import type { Random } from "../clock.ts";

const algorithm = "aes-256-gcm";
const ivLength = 12;

const Envelope = z.object({ v: z.literal(1), iv: z.string(), tag: z.string(), data: z.string() });

export interface Sealer {
  seal(owner: string, text: string): string;
  /** Throws when the envelope is damaged, was made for another owner or with a key that is not there. */
  open(owner: string, envelope: string): string;
  /** Whether a key before the first one is needed to open it. Throws as `open` does. */
  isOutdated(owner: string, envelope: string): boolean;
  /** Whether anything can be outdated. */
  readonly hasEarlierKeys: boolean;
}

/** @param keys 32 bytes each; the first one is the current one. */
export function sealer(keys: readonly [Uint8Array, ...Uint8Array[]], random: Random): Sealer {
  for (const { length } of keys)
    if (length !== 32) throw new Error(`The secrets key must be 32 bytes, not ${length}.`);
  const [key] = keys;
  return {
    hasEarlierKeys: keys.length > 1,
    open: (owner, envelope) => opened(keys, owner, envelope).text,
    isOutdated: (owner, envelope) => opened(keys, owner, envelope).by !== key,
    seal(owner, text) {
      const iv = random.bytes(ivLength);
      const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(owner));
      const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return JSON.stringify({
        v: 1,
        iv: Buffer.from(iv).toString("base64"),
        tag: cipher.getAuthTag().toString("base64"),
        data: data.toString("base64"),
      });
    },
  };
}

/** The envelope does not name its key: the tag tells whether a key is the one. */
function opened(
  keys: readonly Uint8Array[],
  owner: string,
  envelope: string,
): { readonly text: string; readonly by: Uint8Array } {
  const parsed = Envelope.parse(JSON.parse(envelope));
  let failure: unknown;
  for (const by of keys)
    try {
      return { text: openedBy(by, owner, parsed), by };
    } catch (error) {
      failure = error;
    }
  throw new Error(
    `The secrets of '${owner}' cannot be opened by any of the ${keys.length} keys of BATCHAI_SECRETS_KEY: add the key that sealed them.`,
    { cause: failure },
  );
}

function openedBy(key: Uint8Array, owner: string, { iv, tag, data }: z.infer<typeof Envelope>): string {
  const decipher = createDecipheriv(algorithm, key, Buffer.from(iv, "base64"), { authTagLength: 16 })
    .setAAD(Buffer.from(owner))
    .setAuthTag(Buffer.from(tag, "base64"));
  return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
}
