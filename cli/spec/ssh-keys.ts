// The person's own pair of ssh keys, made where there is none (`--generate-ssh-keys`): RSA, as `az` makes it.
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { usageError } from "../failure.ts";

/** The public key in OpenSSH's form. Keys that are there are left alone. */
export async function ownOrNewKey(home: string | undefined): Promise<string> {
  if (!home) throw usageError("--generate-ssh-keys keeps them below your home folder; HOME is not set.");
  const folder = join(home, ".ssh");
  const [hidden, shown] = [join(folder, "id_rsa"), join(folder, "id_rsa.pub")];
  if (existsSync(shown)) return (await readFile(shown, "utf8")).trim();
  if (existsSync(hidden))
    throw usageError(
      `${hidden} is there without its public key: write that to ${shown}, or name one with -k.`,
    );
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const key = `ssh-rsa ${blobOf(e, n)} batchai`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(hidden, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600, flag: "wx" });
  await writeFile(shown, `${key}\n`, { mode: 0o644 });
  return key;
}

/** RFC 4253, 6.6: the name, the exponent and the modulus, each with its length before it. */
function blobOf(exponent: string, modulus: string): string {
  const parts = [Buffer.from("ssh-rsa"), positive(exponent), positive(modulus)];
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part])).toString("base64");
}

/** A first bit that is set would mean a negative number. */
function positive(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
