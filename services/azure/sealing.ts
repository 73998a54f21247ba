// AES-256-GCM envelopes: `{ v, iv, tag, data }` in base64, bound to the owner's name as additional data so that one
// owner's envelope cannot be put in another's place. Only this file touches the key.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { z } from "zod";
import type { Random } from "../clock.ts";

const algorithm = "aes-256-gcm";
const ivLength = 12;

const Envelope = z.object({ v: z.literal(1), iv: z.string(), tag: z.string(), data: z.string() });

export interface Sealer {
  seal(owner: string, text: string): string;
  /** Throws when the envelope is damaged, was made for another owner or with another key. */
  open(owner: string, envelope: string): string;
}

/** @param key 32 bytes. */
export function sealer(key: Uint8Array, random: Random): Sealer {
  if (key.length !== 32) throw new Error(`The secrets key must be 32 bytes, not ${key.length}.`);
  return {
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
    open(owner, envelope) {
      const { iv, tag, data } = Envelope.parse(JSON.parse(envelope));
      const decipher = createDecipheriv(algorithm, key, Buffer.from(iv, "base64"), { authTagLength: 16 })
        .setAAD(Buffer.from(owner))
        .setAuthTag(Buffer.from(tag, "base64"));
      return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
    },
  };
}
