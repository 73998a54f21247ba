// Resource groups. One exists when it was made, when a Batch AI workspace or a storage account is in it, or when it is the one
// the local cloud's own accounts are in. Deleting one deletes what is in it; there is no work in the background: whoever
// looks at a group that is being deleted moves the deletion on, so that a restart in its middle loses nothing.
import { sameName } from "../store/records.ts";
import type { GroupRecord, ResourceRecords } from "../store/records.ts";
import { ResourceFault } from "./fault.ts";
import type { StorageAccountService } from "./storage-accounts.ts";

/** The Batch AI workspaces of the local cloud, asked for in the name of the caller. */
export interface Workspaces {
  list(): Promise<readonly { readonly id: string; readonly resourceGroup: string }[]>;
  /** Asks for the deletion; it may go on afterwards. */
  remove(id: string): Promise<void>;
}

export interface GroupService {
  list(workspaces: Workspaces): Promise<readonly GroupRecord[]>;
  /** Undefined: there is no such group. */
  find(name: string, workspaces: Workspaces): Promise<GroupRecord | undefined>;
  put(name: string, body: GroupBody): Promise<{ readonly group: GroupRecord; readonly isNew: boolean }>;
  /** True while something is left in it. */
  remove(name: string, workspaces: Workspaces): Promise<boolean>;
}

export interface GroupBody {
  readonly location?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface GroupOptions {
  readonly records: ResourceRecords;
  readonly accounts: StorageAccountService;
  readonly location: string;
  /** The group of the local cloud's own accounts. */
  readonly ownGroup: string;
}

export function groupService(o: GroupOptions): GroupService {
  const { records, accounts } = o;
  const made = (name: string): GroupRecord => ({ name, location: o.location, tags: {}, deleting: false });
  const recorded = (name: string) => records.groups().find((one) => sameName(one.name, name));

  async function finishDeletion(group: GroupRecord, workspaces: Workspaces): Promise<boolean> {
    const left = (await workspaces.list()).filter((one) => sameName(one.resourceGroup, group.name));
    for (const { id } of left) await workspaces.remove(id);
    if (left.length > 0) return true;
    for (const account of accounts.inGroup(group.name)) await accounts.remove(group.name, account.name);
    await records.dropGroup(group.name);
    return false;
  }

  async function list(workspaces: Workspaces): Promise<readonly GroupRecord[]> {
    for (const group of records.groups()) if (group.deleting) await finishDeletion(group, workspaces);
    const inUse = (await workspaces.list()).map(({ resourceGroup }) => resourceGroup);
    const names = [o.ownGroup, ...records.accounts().map((one) => one.resourceGroup), ...inUse];
    const found = new Map(records.groups().map((group) => [group.name.toLowerCase(), group]));
    for (const name of names) if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), made(name));
    return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  return {
    list,
    find: async (name, workspaces) => (await list(workspaces)).find((one) => sameName(one.name, name)),
    async put(name, { location, tags }) {
      const before = recorded(name);
      if (before?.deleting === true)
        throw new ResourceFault(
          409,
          "ResourceGroupBeingDeleted",
          `The resource group '${name}' is being deleted; wait until it is gone.`,
        );
      const isNew = before === undefined && !sameName(name, o.ownGroup);
      const old = before ?? made(name);
      if (location !== undefined && before !== undefined && !sameName(location, old.location))
        throw new ResourceFault(
          409,
          "InvalidResourceGroupLocation",
          `The resource group '${name}' is in '${old.location}'; a group cannot be moved to '${location}'.`,
        );
      const group = { ...old, location: location ?? old.location, tags: { ...(tags ?? old.tags) } };
      await records.keepGroup(group);
      return { group, isNew };
    },
    async remove(name, workspaces) {
      const group = (await list(workspaces)).find((one) => sameName(one.name, name));
      if (group === undefined) throw groupNotFound(name);
      if (sameName(group.name, o.ownGroup))
        throw new ResourceFault(
          409,
          "ResourceGroupDeletionBlocked",
          `The resource group '${group.name}' holds the local cloud's own accounts and cannot be deleted: delete what you made in it, or start the local cloud with --fresh.`,
        );
      const deleting = { ...group, deleting: true };
      await records.keepGroup(deleting);
      return finishDeletion(deleting, workspaces);
    },
  };
}

export function groupNotFound(name: string): ResourceFault {
  return new ResourceFault(
    404,
    "ResourceGroupNotFound",
    `Resource group '${name}' could not be found. Make it: az group create -n ${name} -l LOCATION`,
  );
}
