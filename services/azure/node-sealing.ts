// Sealed in the form of `openssl enc`, because openssl is what a stock Ubuntu image has: AES-256-CBC under a key of the
// passphrase and a random salt, in base64. `enc` knows no authenticated mode, so a keyed hash comes first in the text. The
// passphrase is a hash of the nodes' private key: it has all the strength there is, and one round of PBKDF2 is enough.
import { createCipheriv, pbkdf2Sync } from "node:crypto";
import type { Random } from "../clock.ts";
import { sha256 } from "../content-digest.ts";
import type { NodeSealer } from "../node-sealing.ts";

const [keyLength, blockLength, saltLength] = [32, 16, 8];
/** openssl reads no longer lines. */
const lineLength = 64;

export function nodeSealer(random: Random): NodeSealer {
  return {
    seal(nodeKey, text) {
      const passphrase = sha256(bodyOf(nodeKey));
      const body = text.replace(/\n+$/, "");
      const salt = random.bytes(saltLength);
      const made = pbkdf2Sync(passphrase, salt, 1, keyLength + blockLength, "sha256");
      const cipher = createCipheriv("aes-256-cbc", made.subarray(0, keyLength), made.subarray(keyLength));
      const sealed = Buffer.concat([
        Buffer.from("Salted__"),
        salt,
        cipher.update(`${sha256(`${passphrase}\n${body}`)}\n${body}`, "utf8"),
        cipher.final(),
      ]);
      const lines = sealed.toString("base64").match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
      return `${lines.join("\n")}\n`;
    },
  };
}

/** What stays the same however the key's lines were broken on their way. */
function bodyOf(pem: string): string {
  return pem
    .split("\n")
    .filter((line) => !line.includes("-----"))
    .join("")
    .replace(/[ \r]/g, "");
}
