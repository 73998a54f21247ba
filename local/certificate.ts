// The self-signed certificate of the HTTPS listeners: made at first start, kept in the data folder, made anew shortly before it
// ends. Clients must be told to trust the PEM file; nothing is installed anywhere.
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./clock.ts";

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Path of the certificate's PEM file, when it is kept. */
  readonly file: string | undefined;
}

/** What a certificate is for: the name of its files, and the names of the listener. */
export interface CertificateSubject {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
}

const dayMs = 86_400_000;
const localhost: CertificateSubject = { name: "localhost", hosts: ["localhost"], addresses: ["127.0.0.1"] };

/** `directory` undefined makes one that lives as long as the process. */
export async function openCertificate(
  directory: string | undefined,
  clock: Clock,
  subject = localhost,
): Promise<Certificate> {
  if (directory === undefined) return { ...(await create(clock, subject)), file: undefined };
  const file = join(directory, `${subject.name}.pem`);
  const keyFile = join(directory, `${subject.name}.key`);
  const [cert, key] = await Promise.all(
    [file, keyFile].map((path) => readFile(path, "utf8").catch(() => undefined)),
  );
  if (cert !== undefined && key !== undefined && isValid(cert, clock)) return { cert, key, file };
  const fresh = await create(clock, subject);
  await mkdir(directory, { recursive: true });
  await writeFile(keyFile, fresh.key, { mode: 0o600 });
  await writeFile(file, fresh.cert);
  return { ...fresh, file };
}

function isValid(pem: string, clock: Clock): boolean {
  try {
    const { ca, validTo } = new X509Certificate(pem);
    return !ca && Date.parse(validTo) > clock.now() + 30 * dayMs;
  } catch {
    return false;
  }
}

async function create(clock: Clock, subject: CertificateSubject): Promise<{ cert: string; key: string }> {
  // Loaded only for a first start: its certificate library is as large as the rest of the host.
  const { default: selfsigned } = await import("selfsigned");
  const made = await selfsigned.generate([{ name: "commonName", value: subject.name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(clock.now() - dayMs),
    notAfterDate: new Date(clock.now() + 825 * dayMs),
    extensions: [
      // Whoever trusts it trusts this one listener: its key, which lies beside it, can sign no other certificate.
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...subject.hosts.map((value) => ({ type: 2 as const, value })),
          ...subject.addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
