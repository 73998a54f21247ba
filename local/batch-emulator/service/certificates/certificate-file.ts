// What is in the file of a certificate that a caller hands over: a .cer, or a .pfx with its password. Source: Batch REST reference,
// "Certificate - Add Certificate". The private part is looked at here and forgotten.
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { invalidProperty } from "../account/fault.ts";

export interface CertificateFile {
  readonly format: "pfx" | "cer";
  /** Base64. */
  readonly data: string;
  readonly password?: string | undefined;
}

const mostBytes = 10 * 1024;
/** The certificate is looked at, not relied on: many are of a time with shorter keys and SHA-1. */
const nothingIsTooWeak = "DEFAULT@SECLEVEL=0";

/** Undefined for a .pfx whose password fits and whose encryption today's OpenSSL no longer reads (RC2, of old Windows). */
export function publicPartOf({ format, data, password }: CertificateFile): X509Certificate | undefined {
  const bytes = Buffer.from(data, "base64");
  // Nothing of the file is repeated: it may hold a private key.
  if (bytes.length === 0 || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(data))
    throw invalidProperty("data", "", "must be the file in base64");
  if (bytes.length > mostBytes)
    throw invalidProperty("data", "", "must not be longer than 10 KB before its encoding");
  if (format === "pfx") return opened(bytes, password ?? "");
  if (password !== undefined)
    throw invalidProperty("password", "", "must be omitted for a certificate of format cer");
  try {
    return new X509Certificate(bytes);
  } catch {
    throw invalidProperty("data", "", "is not a certificate (.cer); for a .pfx say certificateFormat pfx");
  }
}

function opened(pfx: Buffer, passphrase: string): X509Certificate | undefined {
  try {
    const context: unknown = createSecureContext({ pfx, passphrase, ciphers: nothingIsTooWeak }).context;
    const found = (context as { getCertificate(): Buffer | null }).getCertificate();
    if (found !== null) return new X509Certificate(found);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_CRYPTO_UNSUPPORTED_OPERATION") return undefined;
    if (/mac verify/i.test(message)) throw invalidProperty("password", "", "does not open the .pfx");
  }
  throw invalidProperty("data", "", "is not a .pfx with a certificate; for a .cer say certificateFormat cer");
}
