// File systems a cluster or job mounts: request, stored and wire form. Account keys are taken out of the request; on the
// wire `credentials` is `{}`, an object, because clients write a fresh key into it before they resubmit.
import { z } from "zod";
import { blobCacheFields, blobCacheMembers, cachePathOf, checkBlobCache } from "./blob-cache.ts";
import { AppError } from "./errors.ts";
import { choice, relativePath, text, trueOrFalse } from "./fields.ts";
import { KeyVaultSecretReference } from "./key-vault.ts";
import { IdentityReference } from "./node-identity.ts";
import { valueOrReference } from "./secrets.ts";
import { parseIdOf } from "./resource-id.ts";
import type { SecretCollector } from "./secrets.ts";

const accountName = () => {
  const error = "expected a storage account name of 3 to 24 lower-case letters and digits";
  return z.string({ error }).regex(/^[a-z0-9]{3,24}$/, { error });
};
const mode = () => {
  const error = "expected an octal file mode such as '0777'";
  return z.string({ error }).regex(/^[0-7]{3,4}$/, { error });
};
const containerName = () => {
  const error = "expected a container name of 3 to 63 lower-case letters, digits and single '-'";
  return z
    .string({ error })
    .max(63, { error })
    .regex(/^(?:\$root|[a-z0-9](?:-?[a-z0-9]){2,62})$/, { error });
};
const keyError = "expected the account's key (base64)";
const Credentials = z
  .object({
    accountKey: z
      .string({ error: keyError })
      .regex(/^[A-Za-z0-9+/]{4,512}={0,2}$/, { error: keyError })
      .optional(),
    accountKeySecretReference: KeyVaultSecretReference.optional(),
  })
  .superRefine(valueOrReference("accountKey", "accountKeySecretReference", keyError));
type Credentials = z.infer<typeof Credentials>;

/** Of our own version of the API: programs cannot write there. */
const readOnly = { readOnly: trueOrFalse().optional() };

const shareFields = {
  accountName: accountName(),
  azureFileUrl: text(1024)
    .refine((url) => !/^https?:\/\/[^/?#]+\.blob\./i.test(url), {
      error:
        "expected the URL of a file share; a blob container is mounted by azureBlobFileSystems with its containerName",
      abort: true,
    })
    .refine((url) => shareName(url) !== undefined, {
      error: "expected the URL of a file share such as 'https://account.file.core.windows.net/share'",
    }),
  relativeMountPath: relativePath(),
  fileMode: mode().default("0777"),
  directoryMode: mode().default("0777"),
  /** Of our own version of the API; SMB unless told otherwise. */
  protocol: choice(["smb", "nfs"]).optional(),
  ...readOnly,
};
const blobFields = {
  accountName: accountName(),
  containerName: containerName(),
  relativeMountPath: relativePath(),
  mountOptions: text(2048).optional(),
  /** Instead of credentials. */
  identityReference: IdentityReference.optional(),
  ...readOnly,
  ...blobCacheFields,
};
/** The user's own command, to which the service adds the path: NFS, GlusterFS, BeeGFS, Lustre and whatever else a node can mount. */
export const UnmanagedMount = z.object({
  mountCommand: text(4096),
  relativeMountPath: relativePath(),
  ...readOnly,
});
export type UnmanagedMount = z.infer<typeof UnmanagedMount>;

/** As `mount` takes them; on the wire of 2018 with `-o` before them or without. */
const mountOptionList = () => {
  const error = "expected options of mount such as 'rw,soft' or '-o ro'";
  const words = String.raw`[\w.]+(?:=[\w.:/-]+)?(?:,[\w.]+(?:=[\w.:/-]+)?)*`;
  return text(2048).regex(new RegExp(`^(?:-o *)?${words}(?: +-o *${words})*$`), { error });
};

const fileServerIdError =
  "expected the id of a file server: /subscriptions/…/providers/Microsoft.BatchAI/workspaces/{name}/fileServers/{name}";
/** A file server of this service, or a folder of its export. */
export const FileServerMount = z
  .object({
    fileServer: z.object({
      id: z
        .string({ error: fileServerIdError })
        .max(1024, { error: fileServerIdError })
        .refine(isFileServerId, { error: fileServerIdError }),
    }),
    sourceDirectory: relativePath().optional(),
    relativeMountPath: relativePath(),
    mountOptions: mountOptionList().optional(),
    ...readOnly,
  })
  .superRefine(checkReadOnly);
export type FileServerMount = z.infer<typeof FileServerMount>;

/** Members of mounts that 2018 did not have, by list. */
export const ownMountMembers = {
  azureFileShares: ["readOnly", "protocol", "identityReference"],
  azureBlobFileSystems: ["readOnly", "identityReference", ...blobCacheMembers],
  fileServers: ["readOnly"],
  unmanagedFileSystems: ["readOnly"],
} as const satisfies Partial<Record<keyof MountVolumesRequest, readonly string[]>>;

const stored = { accountKeySecretReference: KeyVaultSecretReference.optional() };

const identityOfShare =
  "expected none: Azure Batch mounts file shares with a key; give credentials, or mount a blob container";
const FileShareRequest = z
  .object({
    ...shareFields,
    credentials: Credentials.optional(),
    identityReference: z.never({ error: identityOfShare }).optional(),
  })
  .refine(isOneAccount, {
    path: ["azureFileUrl"],
    error: "expected a share of the account that accountName names",
  })
  .superRefine(checkProtocol);
const BlobRequest = z
  .object({ ...blobFields, credentials: Credentials.optional() })
  .superRefine(checkBlobCache)
  .superRefine(checkReadOnly)
  .superRefine(({ credentials, identityReference }, issues) => {
    if ((credentials === undefined) !== (identityReference === undefined)) return;
    const message =
      credentials === undefined
        ? "is required, expected the account's key, or an identityReference in its place"
        : "expected either credentials or an identityReference, not both";
    issues.addIssue({ code: "custom", path: ["credentials"], message });
  });

export const MountVolumesRequest = z.object({
  azureFileShares: z.array(FileShareRequest).optional(),
  azureBlobFileSystems: z.array(BlobRequest).optional(),
  fileServers: z.array(FileServerMount).optional(),
  unmanagedFileSystems: z.array(UnmanagedMount).optional(),
});
export type MountVolumesRequest = z.infer<typeof MountVolumesRequest>;

/** Without a key it is mounted over NFS. */
export const FileShareMount = z.object({
  ...shareFields,
  ...stored,
  accountKeySecret: z.string().optional(),
});
export type FileShareMount = z.infer<typeof FileShareMount>;
/** Without a key it has an identity. */
export const BlobMount = z.object({ ...blobFields, ...stored, accountKeySecret: z.string().optional() });
export type BlobMount = z.infer<typeof BlobMount>;

/** Stored form: `accountKeySecret` names the key in the secret store. */
export const MountVolumes = z.object({
  azureFileShares: z.array(FileShareMount),
  azureBlobFileSystems: z.array(BlobMount),
  /** Absent where there are none, as in documents of versions that took none; so are the others. */
  fileServers: z.array(FileServerMount).optional(),
  unmanagedFileSystems: z.array(UnmanagedMount).optional(),
});
export type MountVolumes = z.infer<typeof MountVolumes>;

/** Most mounts Azure Batch takes per pool (Batch documentation, "Mount a virtual file system on a Batch pool"). */
const maxMounts = 10;

/**
 * The share's name in a file share URL: `https://account.file.core.windows.net/share`, or with the account in the path
 * on a loopback address (`http://127.0.0.1:10003/account/share`). Undefined when the URL is something else.
 */
export function shareName(azureFileUrl: string): string | undefined {
  const match = /^https?:\/\/([^/?#]+)\/([^?#]+)$/i.exec(azureFileUrl);
  if (match === null) return undefined;
  const [, host = "", path = ""] = match;
  const parts = path.split("/").filter((part) => part !== "");
  const share = isLoopback(host) && parts.length === 2 ? parts[1] : parts.length === 1 ? parts[0] : undefined;
  return share !== undefined && /^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(share) ? share : undefined;
}

/** False when the URL tells another account: the share would be looked for where it is not. */
function isOneAccount(share: { readonly accountName: string; readonly azureFileUrl: string }): boolean {
  const [, host = "", first = ""] = /^https?:\/\/([^/?#]+)\/+([^/?#]*)/i.exec(share.azureFileUrl) ?? [];
  const told = isLoopback(host) ? first : /^([a-z0-9]{3,24})\.file\./i.exec(host)?.[1]?.toLowerCase();
  return told === undefined || told === share.accountName;
}

/** NFS knows no account keys and no modes of a mount: files have their own. */
function checkProtocol(
  share: {
    readonly protocol?: "smb" | "nfs" | undefined;
    readonly credentials?: unknown;
    readonly fileMode: string;
    readonly directoryMode: string;
  },
  issues: z.RefinementCtx,
): void {
  const refuse = (field: string, message: string) =>
    issues.addIssue({ code: "custom", path: [field], message });
  if (share.protocol !== "nfs") {
    if (share.credentials === undefined)
      refuse(
        "credentials",
        "is required, expected the account's key (or protocol 'nfs' for a share over NFS)",
      );
    return;
  }
  if (share.credentials !== undefined)
    refuse("credentials", "expected none beside protocol 'nfs', which lets in whoever is in the network");
  for (const field of ["fileMode", "directoryMode"] as const)
    if (share[field] !== "0777")
      refuse(field, "is of shares over SMB: over NFS files have modes of their own; leave it out");
}

function isFileServerId(id: string): boolean {
  try {
    parseIdOf("fileServer", id);
    return true;
  } catch {
    return false;
  }
}

function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/i.test(host);
}

/**
 * Takes the keys out of a request.
 * @param at member path of the mount volumes, used for secret names and messages.
 * @throws AppError InvalidRequest when two mounts share a path or there are more than ten.
 */
export function storeMountVolumes(
  request: MountVolumesRequest,
  at: string,
  secrets: SecretCollector,
): MountVolumes {
  const { fileServers = [], unmanagedFileSystems: unmanaged = [] } = request;
  const volumes: MountVolumes = {
    azureFileShares: (request.azureFileShares ?? []).map(({ credentials, ...share }, index) => ({
      ...share,
      ...(credentials === undefined
        ? {}
        : keepKey(credentials, `${at}.azureFileShares.${index}.accountKey`, secrets)),
    })),
    azureBlobFileSystems: (request.azureBlobFileSystems ?? []).map(({ credentials, ...blob }, index) => ({
      ...blob,
      ...(credentials === undefined
        ? {}
        : keepKey(credentials, `${at}.azureBlobFileSystems.${index}.accountKey`, secrets)),
    })),
    ...(fileServers.length === 0 ? {} : { fileServers }),
    ...(unmanaged.length === 0 ? {} : { unmanagedFileSystems: unmanaged }),
  };
  checkMountPaths(volumes, at);
  checkCachesApart(volumes, undefined, at);
  return volumes;
}

function keepKey(
  { accountKey, accountKeySecretReference }: Credentials,
  name: string,
  secrets: SecretCollector,
) {
  const accountKeySecret = secrets.keep(name, accountKey, accountKeySecretReference);
  return accountKeySecretReference === undefined
    ? { accountKeySecret }
    : { accountKeySecret, accountKeySecretReference };
}

/** A key is never shown; where it is kept is no secret. */
function credentialsWire({
  accountKeySecretReference,
}: {
  readonly accountKeySecretReference?: KeyVaultSecretReference | undefined;
}) {
  return accountKeySecretReference === undefined ? {} : { accountKeySecretReference };
}

function checkMountPaths(volumes: MountVolumes, at: string): void {
  const { azureFileShares, azureBlobFileSystems, fileServers = [], unmanagedFileSystems = [] } = volumes;
  const paths = [...azureFileShares, ...azureBlobFileSystems, ...fileServers, ...unmanagedFileSystems].map(
    (mount) => mount.relativeMountPath,
  );
  if (paths.length > maxMounts) {
    throw new AppError(
      "InvalidRequest",
      `${at}: expected at most ${maxMounts} file systems, got ${paths.length}`,
      {
        target: at,
      },
    );
  }
  for (const [index, path] of paths.entries()) {
    const clash = paths.slice(0, index).find((other) => isWithin(path, other) || isWithin(other, path));
    if (clash !== undefined) {
      const how = clash === path ? "is used twice" : `and '${clash}' lie inside each other`;
      throw new AppError(
        "InvalidRequest",
        `${at}: relativeMountPath '${path}' ${how}; give each its own folder`,
        {
          target: at,
        },
      );
    }
  }
}

/**
 * blobfuse2 takes an empty folder only, and what lies in another mount's cache is taken for a file of that container.
 * @param others mounted on the same nodes.
 * @throws AppError InvalidRequest
 */
export function checkCachesApart(
  volumes: MountVolumes | undefined,
  others: MountVolumes | undefined,
  at: string,
): void {
  const taken = (others?.azureBlobFileSystems ?? []).flatMap((blob) => cachePathOf(blob) ?? []);
  for (const [index, blob] of (volumes?.azureBlobFileSystems ?? []).entries()) {
    const path = cachePathOf(blob);
    if (path === undefined) continue;
    const clash = taken.find((other) => isWithin(path, other) || isWithin(other, path));
    const target = `${at}.azureBlobFileSystems[${index}]`;
    if (clash !== undefined)
      throw new AppError(
        "InvalidRequest",
        `${target}: its cache '${path}' is in the way of another one at '${clash}'; give each mount a folder of its own`,
        { target },
      );
    taken.push(path);
  }
}

/** Whether the path is the folder or lies in it. */
export const isWithin = (path: string, folder: string) => `${path}/`.startsWith(`${folder}/`);

/** Whether programs cannot write there: by its field, or by its options. */
export function isReadOnly(mount: {
  readonly readOnly?: boolean | undefined;
  readonly mountOptions?: string | undefined;
}): boolean {
  const words = (mount.mountOptions ?? "").split(/[\s,]+/);
  return (
    mount.readOnly === true ||
    words.some((word) => /^(?:-o)?ro$/.test(word) || /^--read-only(?:=true)?$/.test(word))
  );
}

function checkReadOnly(mount: Parameters<typeof isReadOnly>[0], issues: z.RefinementCtx): void {
  if (mount.readOnly !== false || !isReadOnly(mount)) return;
  const message = "expected true, or mountOptions without 'ro': they ask for a mount that is read-only";
  issues.addIssue({ code: "custom", path: ["readOnly"], message });
}

/** Wire form: credentials are `{}` but for references, unset lists are `[]`. */
export function mountVolumesWire(volumes: MountVolumes) {
  return {
    azureFileShares: volumes.azureFileShares.map((share) => ({
      accountName: share.accountName,
      azureFileUrl: share.azureFileUrl,
      credentials: credentialsWire(share),
      relativeMountPath: share.relativeMountPath,
      fileMode: share.fileMode,
      directoryMode: share.directoryMode,
      ...given(share, ["protocol", "readOnly"]),
    })),
    azureBlobFileSystems: volumes.azureBlobFileSystems.map((blob) => ({
      accountName: blob.accountName,
      containerName: blob.containerName,
      credentials: credentialsWire(blob),
      relativeMountPath: blob.relativeMountPath,
      ...given(blob, ["mountOptions", "identityReference", "readOnly", ...blobCacheMembers]),
    })),
    fileServers: volumes.fileServers ?? [],
    unmanagedFileSystems: volumes.unmanagedFileSystems ?? [],
  };
}

/** The members that are there. */
function given<Mount extends object>(mount: Mount, names: readonly (keyof Mount)[]): Partial<Mount> {
  return Object.fromEntries(
    names.flatMap((name) => (mount[name] === undefined ? [] : [[name, mount[name]]])),
  ) as Partial<Mount>;
}

const mounted = z.looseObject({
  relativeMountPath: z.string(),
  /** Strict, so that a key could not be shown unnoticed. */
  credentials: z.strictObject({ accountKeySecretReference: KeyVaultSecretReference.optional() }),
});
export const MountVolumesResponse = z.looseObject({
  azureFileShares: z.array(mounted),
  azureBlobFileSystems: z.array(mounted),
  fileServers: z.array(
    z.looseObject({
      fileServer: z.looseObject({ id: z.string() }),
      relativeMountPath: z.string(),
      sourceDirectory: z.string().optional(),
      mountOptions: z.string().optional(),
    }),
  ),
  unmanagedFileSystems: z.array(z.looseObject({ mountCommand: z.string(), relativeMountPath: z.string() })),
});
