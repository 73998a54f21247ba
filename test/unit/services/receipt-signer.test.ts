// Signatures of receipts: anybody can check one with what is published, also when the key that signed is replaced and gone.
import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signerOf } from "../../../cli/receipt-signature.ts";
import { Envelope, PublicKeysResponse } from "../../../domain/receipt/envelope.ts";
import { receiptSigner } from "../../../services/azure/receipt-signer.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

const [old, current] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const statement = { _type: "https://in-toto.io/Statement/v1", subject: [{ name: "MODEL/ü" }] };

describe("a signed receipt", () => {
  it("is an envelope of DSSE that holds the statement, whose signature another reader of the standard checks", async () => {
    const signer = receiptSigner([current], memoryDocuments());
    const envelope = await signer.sign(statement);
    expect(Envelope.parse(envelope)).toEqual(envelope);
    expect(await signer.sign({ subject: statement.subject, _type: statement._type })).toEqual(envelope);
    const payload = Buffer.from(envelope.payload, "base64").toString();
    expect(JSON.parse(payload)).toEqual(statement);
    const [key] = await signer.publicKeys();
    const [signature] = envelope.signatures;
    expect(signature?.keyid).toBe(key?.kid);
    const type = "application/vnd.in-toto+json";
    const signed = Buffer.from(`DSSEv1 28 ${type} ${Buffer.byteLength(payload)} ${payload}`);
    const jwk = { kty: "OKP", crv: "Ed25519", x: key?.x ?? "" };
    const publicKey = createPublicKey({ key: jwk, format: "jwk" });
    expect(verify(null, signed, publicKey, Buffer.from(signature?.sig ?? "", "base64"))).toBe(true);
  });

  it("is refused when one byte of it is another one, or when no listed key has signed it", async () => {
    const signer = receiptSigner([current], memoryDocuments());
    const envelope = await signer.sign(statement);
    const keys = await signer.publicKeys();
    expect(signerOf(envelope, keys)).toEqual(keys[0]);
    const otherwise = envelope.payload.replace(/^./, (sign) => (sign === "e" ? "f" : "e"));
    expect(signerOf({ ...envelope, payload: otherwise }, keys)).toBeUndefined();
    const strange = await receiptSigner([old], memoryDocuments()).publicKeys();
    expect(signerOf(envelope, strange)).toBeUndefined();
    expect(signerOf(await receiptSigner([old], memoryDocuments()).sign(statement), keys)).toBeUndefined();
  });

  it("can be checked when its key was replaced, and when it is no more among the settings", async () => {
    const store = memoryDocuments();
    const envelope = await receiptSigner([old], store).sign(statement);
    for (const keys of [[current, old], [current]] as const) {
      const signer = receiptSigner([...keys], store);
      const listed = await signer.publicKeys();
      expect(PublicKeysResponse.parse({ keys: listed }).keys).toHaveLength(2);
      expect(signerOf(envelope, listed)?.kid).toBe(envelope.signatures[0]?.keyid);
      const fresh = await signer.sign(statement);
      expect(fresh.signatures[0]?.keyid).toBe(listed[0]?.kid);
    }
  });

  it("tells nothing of the secret that its key is derived from", async () => {
    const store = memoryDocuments();
    const signer = receiptSigner([current], store);
    const told = JSON.stringify([await signer.sign(statement), await signer.publicKeys()]);
    for (const form of ["base64", "base64url", "hex"] as const)
      expect(told).not.toContain(Buffer.from(current).toString(form).slice(0, 40));
    expect(told).not.toContain('"d"');
  });
});
