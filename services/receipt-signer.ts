// Signatures of receipts: a DSSE envelope around the statement, by a key of the deployment, and the public keys by which anybody can check one.
import type { Envelope, PublicKey } from "../domain/receipt/envelope.ts";

export interface ReceiptSigner {
  /** The same for the same statement, as long as the key is the same. */
  sign(statement: object): Promise<Envelope>;
  /** The current one first, then every other that has signed: what one of them signed can still be checked. */
  publicKeys(): Promise<readonly PublicKey[]>;
}
