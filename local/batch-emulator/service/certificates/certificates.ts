// The certificates of an account. Nothing here uses one: pools cannot refer to them, so that each is active until it is deleted, at once.
// Source: Batch REST reference, "Certificate"; Microsoft.Batch batchAccounts/certificates.
import type { AccountState } from "../account/account-state.ts";
import { BatchFault, invalidProperty, notFound } from "../account/fault.ts";
import type { Certificate } from "../entities/model.ts";
import { publicPartOf } from "./certificate-file.ts";
import type { CertificateFile } from "./certificate-file.ts";

export interface NewCertificate extends CertificateFile {
  readonly algorithm: string;
  readonly thumbprint: string;
}

const idOf = (algorithm: string, thumbprint: string) => `${algorithm}-${thumbprint}`;

export function findCertificate(account: AccountState, algorithm: string, thumbprint: string): Certificate {
  const found = account.certificates.get(idOf(algorithm, thumbprint).toLowerCase());
  if (found === undefined) throw notFound("Certificate");
  return found;
}

export function addCertificate(account: AccountState, wanted: NewCertificate): Certificate {
  const publicData = verified(wanted);
  const { algorithm, thumbprint, format } = wanted;
  const id = idOf(algorithm, thumbprint);
  if (account.certificates.get(id.toLowerCase()) !== undefined)
    throw new BatchFault(409, "CertificateExists", "The specified certificate already exists.");
  const certificate: Certificate = {
    ...{ kind: "certificate", row: account.nextRow(), key: id.toLowerCase(), id },
    ...{ createdAt: account.clock.now(), version: account.stamp() },
    ...{ algorithm: algorithm.toLowerCase(), thumbprint, format, publicData },
  };
  account.certificates.add(certificate);
  account.save(certificate, true);
  return certificate;
}

/** Makes it, or states its file anew. */
export function putCertificate(account: AccountState, wanted: NewCertificate): Certificate {
  const existing = account.certificates.get(idOf(wanted.algorithm, wanted.thumbprint).toLowerCase());
  if (existing === undefined) return addCertificate(account, wanted);
  existing.publicData = verified(wanted);
  existing.format = wanted.format;
  existing.version = account.stamp();
  account.save(existing);
  return existing;
}

export function deleteCertificate(account: AccountState, certificate: Certificate): void {
  account.certificates.delete(certificate);
  account.remove(certificate);
}

/** Only a deletion that failed can be cancelled, and none fails here. */
export function cancelDeletion(_certificate: Certificate): never {
  throw new BatchFault(
    409,
    "CertificateStateActive",
    "The specified certificate is active: there is no failed deletion to cancel.",
  );
}

/** The public part, in base64. */
function verified(wanted: NewCertificate): string | undefined {
  const { algorithm, thumbprint } = wanted;
  if (algorithm.toLowerCase() !== "sha1")
    throw invalidProperty("thumbprintAlgorithm", algorithm, "must be sha1");
  const found = publicPartOf(wanted);
  if (!/^[0-9a-f]{40}$/i.test(thumbprint))
    throw invalidProperty("thumbprint", thumbprint, "must be the 40 hexadecimal digits of a SHA-1 hash");
  if (found !== undefined && found.fingerprint.replaceAll(":", "").toLowerCase() !== thumbprint.toLowerCase())
    throw invalidProperty("thumbprint", thumbprint, "is not the thumbprint of the certificate in data");
  return found?.raw.toString("base64");
}
