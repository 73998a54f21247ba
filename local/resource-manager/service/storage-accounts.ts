// Storage accounts: the local cloud's own, and further ones that can be made and deleted. A new account is usable at once,
// in Azurite, in the file shares and in mounts. Kind, SKU and tags are kept and shown; nothing else follows from them.
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { sameName } from "../store/records.ts";
import type { AccountRecord, ResourceRecords } from "../store/records.ts";
import { ResourceFault } from "./fault.ts";

/** Told after every change; resolves when the storage services act on it. */
export interface AccountSinks {
  changed(accounts: readonly AccountRecord[]): Promise<void>;
  /** Removes every container, share, queue and table. */
  empty(account: AccountRecord): Promise<void>;
}

export interface NewAccount {
  readonly location: string;
  readonly kind: string;
  readonly sku: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface StorageAccountService {
  all(): readonly AccountRecord[];
  inGroup(resourceGroup: string): readonly AccountRecord[];
  /** Throws when there is none of that name in the group. */
  get(resourceGroup: string, name: string): AccountRecord;
  put(resourceGroup: string, name: string, wanted: NewAccount): Promise<AccountRecord>;
  setTags(
    resourceGroup: string,
    name: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<AccountRecord>;
  /** False: there was none. */
  remove(resourceGroup: string, name: string): Promise<boolean>;
  /** Undefined: it can be had. */
  whyUnavailable(
    name: string,
  ): { readonly reason: "AccountNameInvalid" | "AlreadyExists"; readonly message: string } | undefined;
}

export interface StorageAccountOptions {
  readonly records: ResourceRecords;
  /** The local cloud's own account. */
  readonly own: AccountRecord;
  readonly sinks: AccountSinks;
  readonly clock: Clock;
  readonly random: Random;
}

const mostAccounts = 100;

export function storageAccountService(o: StorageAccountOptions): StorageAccountService {
  const { records, own, sinks } = o;
  const all = () => [own, ...records.accounts()];
  const find = (resourceGroup: string, name: string) =>
    all().find((one) => sameName(one.name, name) && sameName(one.resourceGroup, resourceGroup));
  const get = (resourceGroup: string, name: string): AccountRecord =>
    find(resourceGroup, name) ?? throwNotFound(resourceGroup, name);
  const keep = async (account: AccountRecord): Promise<AccountRecord> => {
    await records.keepAccount(account);
    await sinks.changed(records.accounts());
    return account;
  };
  const refuseOwn = (name: string, what: string): void => {
    if (sameName(name, own.name)) throwOwn(name, what);
  };
  return {
    all,
    inGroup: (resourceGroup) => all().filter((one) => sameName(one.resourceGroup, resourceGroup)),
    get,
    whyUnavailable: (name) => whyUnavailable(all(), name),
    async put(resourceGroup, name, wanted) {
      const before = find(resourceGroup, name);
      if (before === undefined) refuseNew(all(), name);
      else {
        refuseOwn(before.name, "changed");
        refuseMove(before, wanted.location);
      }
      return keep({
        name,
        resourceGroup,
        ...wanted,
        tags: { ...wanted.tags },
        createdAt: before?.createdAt ?? new Date(o.clock.now()).toISOString(),
        key: before?.key ?? o.random.bytes(64).toString("base64"),
      });
    },
    async setTags(resourceGroup, name, tags) {
      const account = get(resourceGroup, name);
      refuseOwn(account.name, "changed");
      return keep({ ...account, tags: { ...tags } });
    },
    async remove(resourceGroup, name) {
      const account = find(resourceGroup, name);
      if (account === undefined) return false;
      refuseOwn(account.name, "deleted");
      await sinks.empty(account);
      await records.dropAccount(account.name);
      await sinks.changed(records.accounts());
      return true;
    },
  };
}

function whyUnavailable(
  accounts: readonly AccountRecord[],
  name: string,
): ReturnType<StorageAccountService["whyUnavailable"]> {
  if (!/^[a-z0-9]{3,24}$/.test(name))
    return {
      reason: "AccountNameInvalid",
      message: `'${name.slice(0, 60)}' is not a storage account name: use 3 to 24 lower-case letters and digits.`,
    };
  if (accounts.some((one) => one.name === name))
    return {
      reason: "AlreadyExists",
      message: `The storage account named '${name}' exists already; choose another name.`,
    };
  return undefined;
}

/** `accounts`: all, the local cloud's own among them. */
function refuseNew(accounts: readonly AccountRecord[], name: string): void {
  const why = whyUnavailable(accounts, name);
  if (why?.reason === "AlreadyExists")
    throw new ResourceFault(409, "StorageAccountAlreadyTaken", why.message);
  if (why !== undefined) throw new ResourceFault(400, "AccountNameInvalid", why.message);
  if (accounts.length > mostAccounts)
    throw new ResourceFault(
      409,
      "StorageAccountCountExceeded",
      `There are ${mostAccounts} further storage accounts already; delete one first.`,
    );
}

function refuseMove({ name, location }: AccountRecord, wanted: string): void {
  if (!sameName(location, wanted))
    throw new ResourceFault(
      409,
      "StorageAccountInAnotherLocation",
      `The storage account '${name}' is in '${location}' and cannot be moved to '${wanted}'.`,
    );
}

function throwNotFound(resourceGroup: string, name: string): never {
  throw new ResourceFault(
    404,
    "ResourceNotFound",
    `The storage account '${name}' was not found in the resource group '${resourceGroup}'.`,
  );
}

function throwOwn(name: string, what: string): never {
  throw new ResourceFault(
    409,
    "OperationNotAllowed",
    `The storage account '${name}' is the local cloud's own and cannot be ${what}; make another one beside it.`,
  );
}
