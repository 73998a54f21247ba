// What was made through the local resource manager: resource groups and storage accounts. Invariant: a change is on disk,
// readable by its owner only, before it is acknowledged.
import { join } from "node:path";
import { z } from "zod";
import type { DataFolder } from "../../data-folder/data-folder.ts";
import { readKeptJson } from "../../kept-json.ts";

const Tags = z.record(z.string(), z.string());

const GroupRecord = z.object({
  name: z.string(),
  location: z.string(),
  tags: Tags,
  /** Its deletion was asked for; it goes when nothing is in it any more. */
  deleting: z.boolean(),
});
export type GroupRecord = z.infer<typeof GroupRecord>;

const AccountRecord = z.object({
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  kind: z.string(),
  sku: z.string(),
  tags: Tags,
  /** Unknown of the local cloud's own account. */
  createdAt: z.string().optional(),
  /** Base64. */
  key: z.string(),
});
export type AccountRecord = z.infer<typeof AccountRecord>;

/** A machine, or something that one is made of. */
const ResourceRecord = z.object({
  /** `Microsoft.Compute/virtualMachines`, spelled as Azure does. */
  type: z.string(),
  /** Of an extension: `machine/extension`. */
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags: Tags,
  /** As it was asked for, less what nobody is told again. */
  asked: z.record(z.string(), z.unknown()),
  /** What it was given: addresses. */
  given: z.record(z.string(), z.string()),
  /** Epoch milliseconds. */
  putAt: z.number(),
  deletedAt: z.number().optional(),
});
export type ResourceRecord = z.infer<typeof ResourceRecord>;

const Records = z.object({
  groups: z.array(GroupRecord),
  accounts: z.array(AccountRecord),
  resources: z.array(ResourceRecord).default([]),
});
type Records = z.infer<typeof Records>;

export interface ResourceRecords {
  groups(): readonly GroupRecord[];
  accounts(): readonly AccountRecord[];
  /** Replaces the group of that name (compared without case), or adds it. */
  keepGroup(group: GroupRecord): Promise<void>;
  dropGroup(name: string): Promise<void>;
  keepAccount(account: AccountRecord): Promise<void>;
  dropAccount(name: string): Promise<void>;
  resources(): readonly ResourceRecord[];
  /** Replaces those of the same type, group and name, or adds them; all or none. */
  keepResources(resources: readonly ResourceRecord[]): Promise<void>;
  dropResources(resources: readonly ResourceRecord[]): Promise<void>;
}

const file = "resource-manager.json";

export function openRecords(data: Pick<DataFolder, "path" | "writeSecret">): ResourceRecords {
  const kept = readKeptJson(join(data.path, file), "a file of the local resource manager", Records);
  let records: Records = kept ?? { groups: [], accounts: [], resources: [] };
  const save = async (next: Records): Promise<void> => {
    data.writeSecret(file, next);
    records = next;
  };
  const without = <Item extends { readonly name: string }>(items: readonly Item[], name: string) =>
    items.filter((one) => !sameName(one.name, name));
  return {
    groups: () => records.groups,
    accounts: () => records.accounts,
    keepGroup: (group) => save({ ...records, groups: [...without(records.groups, group.name), group] }),
    dropGroup: (name) => save({ ...records, groups: without(records.groups, name) }),
    keepAccount: (account) =>
      save({ ...records, accounts: [...without(records.accounts, account.name), account] }),
    resources: () => records.resources,
    keepResources: (kept) => save({ ...records, resources: [...other(records.resources, kept), ...kept] }),
    dropResources: (gone) => save({ ...records, resources: other(records.resources, gone) }),
    dropAccount: (name) => save({ ...records, accounts: without(records.accounts, name) }),
  };
}

function other(all: readonly ResourceRecord[], these: readonly ResourceRecord[]): ResourceRecord[] {
  return all.filter((one) => !these.some((each) => isSameResource(one, each)));
}

type Named = Pick<ResourceRecord, "type" | "resourceGroup" | "name">;

export function isSameResource(one: Named, another: Named): boolean {
  return (
    sameName(one.type, another.type) &&
    sameName(one.resourceGroup, another.resourceGroup) &&
    sameName(one.name, another.name)
  );
}

/** Azure Resource Manager compares names without case. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
