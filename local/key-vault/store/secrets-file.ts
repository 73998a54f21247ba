// The secrets of the local cloud's Key Vaults, in one encrypted file (AES-256-GCM). Invariant: a change is on disk before it is
// acknowledged; the file says nothing without its key, which lies with the local cloud's other keys.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { z } from "zod";
import { readKeptJson, writeKeptJson } from "../../kept-json.ts";
import type { Random } from "../../random.ts";
import { StartError } from "../../start-error.ts";

const algorithm = "aes-256-gcm";

const SecretVersion = z.object({
  /** 32 hexadecimal digits. */
  version: z.string(),
  value: z.string(),
  contentType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  enabled: z.boolean(),
  /** Epoch seconds, as all times here. */
  created: z.int(),
  updated: z.int(),
  notBefore: z.int().optional(),
  expires: z.int().optional(),
});
export type SecretVersion = z.infer<typeof SecretVersion>;

const SecretRecord = z.object({
  vault: z.string(),
  name: z.string(),
  /** The newest is the last. */
  versions: z.array(SecretVersion),
  /** Set when it was deleted and can be recovered. */
  deleted: z.int().optional(),
});
export type SecretRecord = z.infer<typeof SecretRecord>;

const Envelope = z.object({ v: z.literal(1), iv: z.base64(), tag: z.base64(), data: z.base64() });

export interface SecretsFile {
  all(): readonly SecretRecord[];
  save(records: readonly SecretRecord[]): void;
}

/** @param key 32 bytes. Throws StartError when the file is damaged or belongs to another key. */
export function openSecretsFile(file: string, key: Uint8Array, random: Random): SecretsFile {
  const kept = readKeptJson(file, "a file of the local Key Vault", Envelope);
  let records = kept === undefined ? [] : opened(kept, key, file);
  return {
    all: () => records,
    save(next) {
      const iv = random.bytes(12);
      const cipher = createCipheriv(algorithm, key, iv);
      const data = Buffer.concat([cipher.update(JSON.stringify(next), "utf8"), cipher.final()]);
      const tag = cipher.getAuthTag();
      const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
      writeKeptJson(file, { v: 1, iv: base64(iv), tag: base64(tag), data: base64(data) });
      records = [...next];
    },
  };
}

function opened(envelope: z.infer<typeof Envelope>, key: Uint8Array, file: string): SecretRecord[] {
  const bytes = (text: string) => Buffer.from(text, "base64");
  try {
    const decipher = createDecipheriv(algorithm, key, bytes(envelope.iv), { authTagLength: 16 });
    decipher.setAuthTag(bytes(envelope.tag));
    const text = Buffer.concat([decipher.update(bytes(envelope.data)), decipher.final()]).toString("utf8");
    return z.array(SecretRecord).parse(JSON.parse(text));
  } catch (cause) {
    throw new StartError(
      `${file} cannot be decrypted with the key in settings.json: put both back from one copy, or move the file away to begin with an empty vault.`,
      cause,
    );
  }
}
