// What happens to a file server document: created, put again, provisioned. Pure; the caller writes the
// document and keeps the secret.
import { timestamp } from "../shared/brand.ts";
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import type { FileServerRef } from "../shared/resource-id.ts";
import { sameContent } from "../shared/same-content.ts";
import { SecretCollector } from "../shared/secrets.ts";
import type { WithSecrets } from "../shared/secrets.ts";
import type { SubnetId } from "../shared/subnet-id.ts";
import { storeUserAccount } from "../shared/user-account.ts";
import { nextFileServerState } from "./machine.ts";
import type {
  FileServerDocument,
  FileServerRequest,
  FileServerSpec,
  FileServerState,
  MountSettings,
} from "./schema.ts";

export function newFileServer(
  ref: FileServerRef,
  guid: Guid,
  request: FileServerRequest,
  now: Date,
): WithSecrets<FileServerDocument> {
  const secrets = new SecretCollector();
  const document: FileServerDocument = {
    ...ref,
    guid,
    spec: specOf(request, secrets),
    creationTime: timestamp(now),
    provisioningState: "creating",
    provisioningStateTransitionTime: timestamp(now),
  };
  return { document, secrets: secrets.values };
}

function specOf({ properties }: FileServerRequest, secrets: SecretCollector): FileServerSpec {
  const { vmSize, dataDisks, subnet, sshConfiguration } = properties;
  const { userAccountSettings, publicIPsToAllow } = sshConfiguration;
  return {
    vmSize,
    dataDisks,
    ...(subnet === undefined ? {} : { subnet }),
    userAccount: storeUserAccount(userAccountSettings, secrets),
    ...(publicIPsToAllow === undefined ? {} : { publicIPsToAllow }),
  };
}

/**
 * A PUT on an existing file server: the same content changes nothing.
 * @throws AppError Conflict when the content differs or the server is being deleted.
 */
export function putFileServerAgain(
  document: FileServerDocument,
  request: FileServerRequest,
): FileServerDocument {
  const name = `file server '${document.fileServer}'`;
  if (document.provisioningState === "deleting")
    throw new AppError("Conflict", `${name} is being deleted; create it again afterwards`);
  if (sameContent(specOf(request, new SecretCollector()), document.spec)) return document;
  throw new AppError("Conflict", `${name} exists with other settings; delete it first`);
}

/** @throws AppError InvalidState when the move is not in the table; staying is allowed. */
export function provisionFileServer(
  document: FileServerDocument,
  state: FileServerState,
  now: Date,
): FileServerDocument {
  if (state === document.provisioningState) return document;
  return {
    ...document,
    provisioningState: nextFileServerState(document.provisioningState, state, document.fileServer),
    provisioningStateTransitionTime: timestamp(now),
  };
}

/** The machine cannot be built; what was made of it is being removed. The first reason is the one that counts. */
export function failingFileServer(document: FileServerDocument, failure: string): FileServerDocument {
  if (document.provisioningState !== "creating" || document.failure !== undefined) return document;
  return { ...document, failure };
}

/** The machine runs: where it is, and the network that was made for it, if one was. */
export function runningFileServer(
  document: FileServerDocument,
  machine: { readonly mountSettings: MountSettings; readonly madeSubnet?: SubnetId | undefined },
  now: Date,
): FileServerDocument {
  const { mountSettings, madeSubnet } = machine;
  return {
    ...provisionFileServer(document, "succeeded", now),
    mountSettings,
    ...(madeSubnet === undefined ? {} : { madeSubnet }),
  };
}
