// Whether a signed receipt is what a key of the service has signed.
import { createPublicKey, verify } from "node:crypto";
import { preAuthentication } from "../domain/receipt/envelope.ts";
import type { Envelope, PublicKey } from "../domain/receipt/envelope.ts";

/** @returns the key that signed it; undefined when none of these did. */
export function signerOf(
  { payload, signatures }: Envelope,
  keys: readonly PublicKey[],
): PublicKey | undefined {
  const signed = preAuthentication(Buffer.from(payload, "base64"));
  return keys.find(({ kty, crv, x, kid }) => {
    const key = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
    return signatures.some(
      ({ keyid, sig }) => keyid === kid && verify(null, signed, key, Buffer.from(sig, "base64")),
    );
  });
}
