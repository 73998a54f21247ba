// Versions of the two planes, and what was spelled otherwise in the older ones. Inside, everything has today's names: bodies are
// translated when they are read, answers when they are written. The planes renamed their members in the same versions, so the
// day that a version begins with says which names it has. Source: the changes between the official clients of those days.
import { BatchFault } from "../service/account/fault.ts";

/** Versions of the data plane that this emulator speaks. */
export const dataPlaneVersions = [
  ...["2018-08-01.7.0", "2018-12-01.8.0", "2019-06-01.9.0", "2019-08-01.10.0", "2020-03-01.11.0"],
  ...["2020-09-01.12.0", "2021-06-01.14.0", "2022-01-01.15.0", "2022-10-01.16.0", "2023-05-01.17.0"],
  ...["2023-11-01.18.0", "2024-02-01.19.0", "2024-07-01.20.0", "2025-06-01"],
] as const;

/** Versions of the management plane: those whose shapes of accounts, applications and pools are the ones here. */
export const managementVersions = [
  ...["2018-12-01", "2019-04-01", "2019-08-01", "2020-03-01", "2020-05-01", "2020-09-01", "2021-01-01"],
  ...["2021-06-01", "2022-01-01", "2022-06-01", "2022-10-01", "2023-05-01", "2023-11-01", "2024-02-01"],
  ...["2024-07-01", "2025-06-01"],
] as const;

/** Versions begin with their day, so that the order of texts is theirs. */
export const isBefore = (version: string, day: string): boolean => version < day;

/** The first versions that can do something that earlier ones cannot, or do otherwise. */
export const since = {
  supportedImages: "2019-06-01",
  /** Slots of tasks are counted; before, the counts of tasks are the whole answer. */
  taskSlots: "2020-09-01",
  /** Nodes talk to the service in one way only, so that pools no longer say in which; and nodes tell both their addresses. */
  oneCommunicationMode: "2025-06-01",
  /** Tasks get no token of the service: pools have identities. */
  noTaskTokens: "2025-06-01",
  /** Certificates are gone, from both planes. */
  noCertificates: "2025-06-01",
  /** Tags of a pool's machines are given and told by the management plane alone. */
  tagsByManagement: "2025-06-01",
} as const;

/** Operations that versions from this day on have no more: their paths lead nowhere there. */
const endedOperations: Readonly<Record<string, string>> = {
  // "Azure Batch Job/Pool Lifetime Statistics API will be retired on 30 April 2023".
  Pool_GetAllLifetimeStatistics: "2023-05-01",
  Job_GetAllLifetimeStatistics: "2023-05-01",
};

export function hasEnded(operation: string, version: string): boolean {
  const day = endedOperations[operation];
  return day !== undefined && !isBefore(version, day);
}

export type Plane = "data" | "management";

/** Members that requests of versions from this day on have no more, in both planes unless it says otherwise. */
const endedMembers: readonly { readonly name: string; readonly on: string; readonly in?: Plane }[] = [
  { name: "targetNodeCommunicationMode", on: since.oneCommunicationMode },
  { name: "authenticationTokenSettings", on: since.noTaskTokens },
  { name: "certificateReferences", on: since.noCertificates },
  { name: "resourceTags", on: since.tagsByManagement, in: "data" },
];

/** @param text of the body: a value is looked through only when a name occurs in it. @throws BatchFault UnsupportedProperty */
export function refuseEnded(plane: Plane, version: string, text: string, value: unknown): void {
  const ended = endedMembers.filter(
    ({ name, on, in: only = plane }) => only === plane && !isBefore(version, on) && text.includes(name),
  );
  if (ended.length === 0) return;
  rename(value, new Map(), (found) => {
    const member = ended.find(({ name }) => name === found);
    if (member !== undefined)
      throw unsupported(found, `Versions of the service from ${member.on} on do not have the property`);
  });
}

/** A member that had another name in versions before this day. */
interface Renaming {
  readonly before: string;
  readonly past: string;
  readonly now: string;
}

const renamings: readonly Renaming[] = [
  { before: "2018-12-01", past: "blobSource", now: "httpUrl" },
  { before: "2018-12-01", past: "targetOSVersion", now: "osVersion" },
  { before: since.taskSlots, past: "maxTasksPerNode", now: "taskSlotsPerNode" },
];

/** Until then a network configuration had a plain list of addresses. */
const addressesBefore = "2020-03-01";

/** The names of an older version. */
export interface Spelling {
  /** A request's body in today's names; a name that the version does not have is refused. */
  toNow(value: unknown): unknown;
  toPast(value: unknown): unknown;
  nameNow(name: string): string;
}

const known = new Map<string, Spelling | undefined>();

/** How a version spells what it names otherwise; undefined when all its names are today's. */
export function spellingOf(version: string): Spelling | undefined {
  if (!known.has(version)) known.set(version, createSpelling(version));
  return known.get(version);
}

function createSpelling(version: string): Spelling | undefined {
  const valid = renamings.filter(({ before }) => isBefore(version, before));
  if (valid.length === 0) return undefined;
  const toNow = new Map(valid.map(({ past, now }) => [past, now]));
  const toPast = new Map(valid.map(({ past, now }) => [now, past]));
  const hasPlainAddresses = isBefore(version, addressesBefore);
  return {
    toNow: (value) => {
      const renamed = rename(value, toNow, (name) => refuseLater(name, toPast.get(name)));
      return hasPlainAddresses ? withNetwork(renamed, addressesNow) : renamed;
    },
    toPast: (value) => {
      const renamed = rename(value, toPast);
      return hasPlainAddresses ? withNetwork(renamed, addressesPast) : renamed;
    },
    nameNow: (name) => toNow.get(name) ?? name,
  };
}

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members => typeof value === "object" && value !== null;

/** None of these versions has members whose names are the caller's, so every name means the same everywhere. */
function rename(
  value: unknown,
  names: ReadonlyMap<string, string>,
  look: (name: string) => void = () => undefined,
): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, names, look));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      look(name);
      return [names.get(name) ?? name, rename(member, names, look)];
    }),
  );
}

function refuseLater(name: string, past: string | undefined): void {
  if (past !== undefined)
    throw unsupported(name, `In this version of the service the property is called ${past}`);
}

function unsupported(name: string, reason: string): BatchFault {
  return new BatchFault(400, "UnsupportedProperty", "A property in the request body is not supported.", [
    { key: "PropertyName", value: name },
    { key: "Reason", value: reason },
  ]);
}

/** Changes the network configurations below a value. */
function withNetwork(value: unknown, change: (network: Members) => Members): unknown {
  if (Array.isArray(value)) return value.map((item) => withNetwork(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "networkConfiguration" && isObject(member) ? change(member) : withNetwork(member, change),
    ]),
  );
}

const addressesNow = ({ publicIPs, ...network }: Members): Members =>
  publicIPs === undefined
    ? network
    : { ...network, publicIPAddressConfiguration: { provision: "usermanaged", ipAddressIds: publicIPs } };

function addressesPast({ publicIPAddressConfiguration: addresses, ...network }: Members): Members {
  const ids = isObject(addresses) ? addresses["ipAddressIds"] : undefined;
  return ids === undefined ? network : { ...network, publicIPs: ids };
}
