// The self-signed certificate of the HTTPS listener, kept in the data folder so that clients trust it once.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Path of the PEM file, for NODE_EXTRA_CA_CERTS; undefined when it is kept in memory only. */
  readonly file: string | undefined;
}

/** Reads or makes the certificate for localhost and 127.0.0.1. `folder` undefined: in memory. */
export async function certificateIn(folder: string | undefined, now: number): Promise<Certificate> {
  const certFile = folder && join(folder, "certificate.pem");
  const keyFile = folder && join(folder, "certificate.key");
  if (certFile && keyFile && existsSync(certFile) && existsSync(keyFile))
    return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8"), file: certFile };
  // Loaded only when a certificate is made: its library is large, and most emulators listen without TLS.
  const { makeCertificate } = await import("./make-certificate.ts");
  const made = await makeCertificate(now);
  if (certFile && keyFile) {
    writeFileSync(keyFile, made.key, { mode: 0o600 });
    writeFileSync(certFile, made.cert);
  }
  return { key: made.key, cert: made.cert, file: certFile };
}
