// A signed receipt as clients see it: an envelope as DSSE has it ("DSSE: Dead Simple Signing Envelope", v1) around the statement, and public keys
// as JSON Web Keys (RFC 7517, RFC 8037), known by their thumbprints (RFC 7638).
import { z } from "zod";

export const payloadType = "application/vnd.in-toto+json";

export const Envelope = z
  .looseObject({
    payloadType: z.literal(payloadType),
    payload: z.base64().meta({ description: "The receipt as JSON, in base64" }),
    signatures: z
      .array(z.looseObject({ keyid: z.string(), sig: z.base64() }))
      .min(1)
      .meta({ description: "Ed25519 over the pre-authentication encoding of DSSE" }),
  })
  .meta({ id: "SignedReceipt" });
export type Envelope = z.infer<typeof Envelope>;

export const PublicKey = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.base64url(),
  kid: z.string().meta({ description: "Thumbprint of the key: `keyid` of a signature" }),
  use: z.literal("sig"),
  alg: z.literal("EdDSA"),
});
export type PublicKey = z.infer<typeof PublicKey>;

export const PublicKeysResponse = z
  .looseObject({ keys: z.array(PublicKey) })
  .meta({ id: "ReceiptKeys", description: "A set of JSON Web Keys" });

/** What is signed. @param payload in UTF-8. */
export function preAuthentication(payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const start = new TextEncoder().encode(head);
  const all = new Uint8Array(start.length + payload.length);
  all.set(start);
  all.set(payload, start.length);
  return all;
}
