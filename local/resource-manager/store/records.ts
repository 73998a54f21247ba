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

const Records = z.object({ groups: z.array(GroupRecord), accounts: z.array(AccountRecord) });
type Records = z.infer<typeof Records>;

export interface ResourceRecords {
  groups(): readonly GroupRecord[];
  accounts(): readonly AccountRecord[];
  /** Replaces the group of that name (compared without case), or adds it. */
  keepGroup(group: GroupRecord): Promise<void>;
  dropGroup(name: string): Promise<void>;
  keepAccount(account: AccountRecord): Promise<void>;
  dropAccount(name: string): Promise<void>;
}

const file = "resource-manager.json";

export function openRecords(data: Pick<DataFolder, "path" | "writeSecret">): ResourceRecords {
  const kept = readKeptJson(join(data.path, file), "a file of the local resource manager", Records);
  let records: Records = kept ?? { groups: [], accounts: [] };
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
    dropAccount: (name) => save({ ...records, accounts: without(records.accounts, name) }),
  };
}

/** Azure Resource Manager compares names without case. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
