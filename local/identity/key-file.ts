// The signing key pair and the identity header of one local cloud, on disk. Invariant: the file is readable by its
// owner only and is written whole or not at all. A file that is not ours is refused, never replaced.
import { createHash, timingSafeEqual } from "node:crypto";
import { chmod } from "node:fs/promises";
import type { JWK } from "jose";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import { readKeptJson, writeKeptJson } from "../kept-json.ts";
import type { Random } from "../random.ts";

const KeyFile = z.object({
  version: z.literal(1),
  identityHeader: z.string().min(32),
  privateJwk: z.looseObject({
    kty: z.literal("RSA"),
    kid: z.string(),
    n: z.string(),
    e: z.string(),
    d: z.string(),
  }),
});

export interface Keys {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
  readonly identityHeader: string;
}

export async function openKeyFile(file: string, algorithm: string, random: Random): Promise<Keys> {
  if (file === "memory") return publish(await make(algorithm, random));
  const kept = readKeptJson(file, "an identity file of the local cloud", KeyFile);
  if (kept) {
    await chmod(file, 0o600);
    return publish(kept);
  }
  const made = await make(algorithm, random);
  writeKeptJson(file, made);
  return publish(made);
}

/** Compares secrets without telling by its duration how much of one was right. */
export function constantTimeEquals(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

async function make(algorithm: string, random: Random): Promise<z.infer<typeof KeyFile>> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return KeyFile.parse({
    version: 1,
    identityHeader: random.bytes(32).toString("hex"),
    privateJwk: { ...jwk, kid },
  });
}

function publish({ privateJwk, identityHeader }: z.infer<typeof KeyFile>): Keys {
  const { kty, kid, n, e } = privateJwk;
  return {
    identityHeader,
    privateJwk: privateJwk,
    publicJwk: { kty, kid, n, e, alg: "RS256", use: "sig" },
  };
}
