// Ed25519 by keys derived from the deployment's secrets keys: the first signs. A public key that has signed is written down before its first
// signature is given away, so that it stays listed when its secret is no more among the settings.
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { payloadType, preAuthentication, PublicKey } from "../../domain/receipt/envelope.ts";
import { canonical } from "../../domain/shared/same-content.ts";
import type { DocumentStore } from "../documents.ts";
import type { ReceiptSigner } from "../receipt-signer.ts";

const partition = "receipt-keys";
/** DER of a private key of Ed25519 up to its 32 bytes (RFC 8410, section 7). */
const head = Buffer.from("302e020100300506032b657004220420", "hex");

export function receiptSigner(
  keys: readonly [Uint8Array, ...Uint8Array[]],
  store: DocumentStore,
): ReceiptSigner {
  const [first] = keys;
  let own: ReturnType<typeof pairOf> | undefined;
  let isListed = false;
  const current = () => (own ??= pairOf(first));
  return {
    async sign(statement) {
      const { privateKey, publicKey } = current();
      if (!isListed) await store.commit(partition, [{ kind: "put", row: publicKey.kid, value: publicKey }]);
      isListed = true;
      const payload = Buffer.from(canonical(statement));
      const sig = sign(null, preAuthentication(payload), privateKey).toString("base64");
      return {
        payloadType,
        payload: payload.toString("base64"),
        signatures: [{ keyid: publicKey.kid, sig }],
      };
    },
    async publicKeys() {
      const { documents } = await store.page({ partition, prefix: "", size: 1000 });
      const listed = documents.map(({ value }) => PublicKey.parse(value));
      const derived = [current(), ...keys.slice(1).map(pairOf)].map(({ publicKey }) => publicKey);
      const all = new Map([...derived, ...listed].map((key) => [key.kid, key]));
      return [...all.values()];
    },
  };
}

function pairOf(key: Uint8Array): { readonly privateKey: KeyObject; readonly publicKey: PublicKey } {
  const seed = Buffer.from(hkdfSync("sha256", key, "", "signatures of receipts", 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([head, seed]), format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const plain = { kty: "OKP", crv: "Ed25519", x } as const;
  return { privateKey, publicKey: { ...plain, kid: thumbprintOf(x), use: "sig", alg: "EdDSA" } };
}

/** RFC 7638: of the required members, in the order of their names, without blanks. */
function thumbprintOf(x: string): string {
  return createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
}
