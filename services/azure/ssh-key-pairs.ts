// Key pairs for ssh: RSA in PKCS #1 PEM, the form of every example of Azure Batch, which takes the private key and hands it
// to the nodes. Source: RFC 4253, 6.6 (public key blob).
import { createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { KeyPairs } from "../key-pairs.ts";

const algorithm = "ssh-rsa";
const generate = promisify(generateKeyPair);

export function sshKeyPairs(): KeyPairs {
  return {
    async create(comment) {
      const { privateKey } = await generate("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "pkcs1", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
      });
      const { e = "", n = "" } = createPublicKey(privateKey).export({ format: "jwk" });
      const blob = Buffer.concat([Buffer.from(algorithm), ...[e, n].map(positive)].map(lengthPrefixed));
      return { privateKey, publicKey: `${algorithm} ${blob.toString("base64")} ${comment}` };
    },
  };
}

/** A number as ssh writes it: a leading bit would make it negative. */
function positive(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]);
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
