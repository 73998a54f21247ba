// Secrets as Azure Key Vault writes them (REST API reference, SecretBundle, SecretItem, DeletedSecretBundle).
import { z } from "zod";
import { recoverableDays } from "../service/vault.ts";
import type { DeletedSecret, Found, VersionChange } from "../service/vault.ts";

const Attributes = z.object({
  enabled: z.boolean().optional(),
  nbf: z.int().optional(),
  exp: z.int().optional(),
});
const Change = z.object({
  contentType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  attributes: Attributes.optional(),
});
export const UpdateRequest = Change.transform(changeOf);
export const SetRequest = Change.extend({ value: z.string() }).transform(({ value, ...change }) => ({
  value,
  change: changeOf(change),
}));

function changeOf({ contentType, tags, attributes }: z.infer<typeof Change>): VersionChange {
  const { enabled, nbf: notBefore, exp: expires } = attributes ?? {};
  return { contentType, tags, enabled, notBefore, expires };
}

/** @param base address of the vault, without a slash at the end. */
export function itemWire(base: string, { name, version }: Found, withVersion = false) {
  const { contentType, tags, enabled, created, updated, notBefore, expires } = version;
  return {
    id: `${base}/secrets/${name}${withVersion ? `/${version.version}` : ""}`,
    attributes: {
      enabled,
      ...(notBefore === undefined ? {} : { nbf: notBefore }),
      ...(expires === undefined ? {} : { exp: expires }),
      created,
      updated,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays,
    },
    ...(contentType === undefined ? {} : { contentType }),
    ...(tags === undefined ? {} : { tags }),
  };
}

export function bundleWire(base: string, found: Found) {
  return { value: found.version.value, ...itemWire(base, found, true) };
}

export function deletedWire(base: string, found: DeletedSecret, withVersion: boolean) {
  return {
    recoveryId: `${base}/deletedsecrets/${found.name}`,
    deletedDate: found.deleted,
    scheduledPurgeDate: found.deleted + recoverableDays * 86_400,
    ...itemWire(base, found, withVersion),
  };
}
