// Key pairs for ssh: ECDSA on P-256, because its private key has a PEM form that every OpenSSH reads and making one takes no
// time. The key is made of the random bytes it is given. Sources: RFC 5656 (public key blob), RFC 5915 (PEM).
import { createECDH, createPrivateKey } from "node:crypto";
import type { Random } from "../clock.ts";
import type { KeyPairs } from "../key-pairs.ts";

const algorithm = "ecdsa-sha2-nistp256";

export function sshKeyPairs(random: Random): KeyPairs {
  return {
    create(comment) {
      const curve = createECDH("prime256v1");
      curve.setPrivateKey(random.bytes(32));
      const point = curve.getPublicKey();
      const privateKey = createPrivateKey({
        format: "jwk",
        key: {
          kty: "EC",
          crv: "P-256",
          d: padded(curve.getPrivateKey()).toString("base64url"),
          x: point.subarray(1, 33).toString("base64url"),
          y: point.subarray(33).toString("base64url"),
        },
      });
      const blob = Buffer.concat([algorithm, "nistp256", point].map(lengthPrefixed));
      return {
        privateKey: privateKey.export({ type: "sec1", format: "pem" }).toString(),
        publicKey: `${algorithm} ${blob.toString("base64")} ${comment}`,
      };
    },
  };
}

/** OpenSSL drops leading zeros; a JWK must have them. */
function padded(key: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(32 - key.length), key]);
}

function lengthPrefixed(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
