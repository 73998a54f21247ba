// The resources that a machine is made of, and the machines' exports: folders that nodes of the same network mount. Nothing works
// in the background: how far a creation or a deletion is follows from when it was asked for, and whoever looks moves it on.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../../clock.ts";
import { isSameResource, sameName } from "../../store/records.ts";
import type { ResourceRecord, ResourceRecords } from "../../store/records.ts";
import { ResourceFault } from "../fault.ts";
import { Interface, Machine, Network } from "./bodies.ts";
import { extensionType, kindOf, kinds, machineType, networkType } from "./kinds.ts";
import type { Kind, Surroundings } from "./kinds.ts";
import { letsIn } from "./security-rules.ts";

export interface MachineOptions {
  readonly records: ResourceRecords;
  readonly subscription: string;
  readonly location: string;
  /** For what machines export. */
  readonly folder: string;
  readonly clock: Clock;
  readonly bootMs?: number;
  readonly deletionMs?: number;
  /** Most processors of all machines together. */
  readonly cores?: number;
  /** Why what was accepted fails afterwards, as code and message. */
  readonly failing?: (
    record: ResourceRecord,
  ) => { readonly code: string; readonly message: string } | undefined;
}

export interface NewResource {
  readonly type: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly asked: Readonly<Record<string, unknown>>;
}

export interface Shown {
  readonly record: ResourceRecord;
  readonly state: "Creating" | "Succeeded" | "Failed" | "Deleting";
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
}

export interface Machines {
  get(resource: Pick<ResourceRecord, "type" | "resourceGroup" | "name">): Promise<Shown | undefined>;
  list(type: string, resourceGroup: string): Promise<readonly Shown[]>;
  put(wanted: NewResource): Promise<Shown & { readonly isNew: boolean }>;
  /** `going`: it takes a while. */
  remove(resource: Pick<ResourceRecord, "type" | "resourceGroup" | "name">): Promise<"gone" | "going">;
  idOf(record: Pick<ResourceRecord, "type" | "resourceGroup" | "name">): string;
  /**
   * What a node of the subnet finds at the address: the folder of a running machine's export, or nobody, because the machine with
   * that address is in another network, or does not run, or exports nothing, or a group that does not let the subnet's nodes to its
   * NFS server. Undefined: no machine ever had that address.
   */
  exported(address: string, subnetId: string | undefined): ExportedFolder | undefined;
}

export type ExportedFolder =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "nobody" }
  | { readonly kind: "shut"; readonly securityGroup: string };

const nfsPort = 2049;

const standard = { bootMs: 1_000, deletionMs: 200, cores: 100 };

export function machinesOver(o: MachineOptions): Machines {
  return new MachineTable(o);
}

type Named = Pick<ResourceRecord, "type" | "resourceGroup" | "name">;

class MachineTable implements Machines {
  readonly #o: MachineOptions & typeof standard;

  constructor(o: MachineOptions) {
    this.#o = { ...standard, ...o };
  }

  idOf({ type, resourceGroup, name }: Named): string {
    const [machine = "", extension = ""] = name.split("/");
    const path =
      type === extensionType ? `${machineType}/${machine}/extensions/${extension}` : `${type}/${name}`;
    return `${this.#o.subscription}/resourceGroups/${resourceGroup}/providers/${path}`;
  }

  async get(named: Named): Promise<Shown | undefined> {
    await this.#settle();
    const found = this.#find(named);
    return found === undefined ? undefined : this.#shown(found);
  }

  async list(type: string, resourceGroup: string): Promise<readonly Shown[]> {
    await this.#settle();
    return this.#all
      .filter((one) => sameName(one.type, type) && sameName(one.resourceGroup, resourceGroup))
      .map((one) => this.#shown(one));
  }

  async put(wanted: NewResource): Promise<Shown & { readonly isNew: boolean }> {
    await this.#settle();
    const kind = kindOf(wanted.type);
    if (kind === undefined)
      throw new ResourceFault(404, "InvalidResourceType", `The local cloud has no ${wanted.type}.`);
    const before = this.#find(wanted);
    if (before?.deletedAt !== undefined)
      throw new ResourceFault(409, "AnotherOperationInProgress", `${wanted.name} is being deleted.`);
    if (kind.type === extensionType) this.#refuseWithoutMachine(wanted);
    const given = before?.given ?? kind.check(wanted.asked, this.#surroundings(), wanted.name);
    const record: ResourceRecord = {
      ...wanted,
      type: kind.type,
      tags: { ...wanted.tags },
      asked: forgetful(wanted.asked),
      given: { ...given },
      putAt: before?.putAt ?? this.#o.clock.now(),
    };
    await this.#o.records.keepResources([record]);
    if (kind.type === machineType && given["exports"] === "yes")
      mkdirSync(this.#folderOf(record), { recursive: true });
    return { ...this.#shown(record), isNew: before === undefined };
  }

  async remove(named: Named): Promise<"gone" | "going"> {
    await this.#settle();
    const found = this.#find(named);
    const kind = kindOf(named.type);
    if (found === undefined || kind === undefined) return "gone";
    if (found.deletedAt !== undefined) return "going";
    this.#refuseUsed(found, kind);
    const below = this.#all.filter(
      (one) => one.type === extensionType && one.name.startsWith(`${found.name}/`),
    );
    const going = kind.type === machineType ? [found, ...below] : [found];
    const deletedAt = this.#o.clock.now();
    await this.#o.records.keepResources(going.map((one) => ({ ...one, deletedAt })));
    await this.#settle();
    return this.#find(named) === undefined ? "gone" : "going";
  }

  exported(address: string, subnetId: string | undefined): ExportedFolder | undefined {
    const at = this.#all.filter((one) => one.given["privateIPAddress"] === address);
    if (at.length === 0) return undefined;
    const nic = at.find((one) => isInNetworkOf(one, subnetId));
    const machine = this.#all.find((one) => nic !== undefined && this.#runsOn(one, nic));
    if (machine?.given["exports"] !== "yes" || nic === undefined) return { kind: "nobody" };
    const shut = this.#groupThatShuts(nic, address, subnetId ?? "");
    return shut === undefined
      ? { kind: "folder", folder: this.#folderOf(machine) }
      : { kind: "shut", securityGroup: shut.name };
  }

  /** A subnet that the local cloud does not know is one of the same network, with unknown addresses: they are as the whole network's. */
  #groupThatShuts(nic: ResourceRecord, to: string, subnetId: string): ResourceRecord | undefined {
    const { id } = Interface.parse(nic.asked).networkSecurityGroup;
    const group = this.#all.find((one) => sameName(this.idOf(one), id));
    const network = this.#all.find((one) => one.type === networkType && this.#is(subnetId, one));
    const from = network === undefined ? undefined : prefixOf(network, subnetId);
    if (group === undefined || from === undefined) return undefined;
    return letsIn(group.asked, { from, to, port: nfsPort }) ? undefined : group;
  }

  get #all(): readonly ResourceRecord[] {
    return this.#o.records.resources();
  }

  #find(named: Named): ResourceRecord | undefined {
    return this.#all.find((one) => isSameResource(one, named));
  }

  #folderOf(machine: ResourceRecord): string {
    return join(this.#o.folder, machine.resourceGroup, machine.name);
  }

  /** Drops what is gone by now. */
  async #settle(): Promise<void> {
    const now = this.#o.clock.now();
    const gone = this.#all.filter(({ deletedAt = Infinity }) => now >= deletedAt + this.#o.deletionMs);
    if (gone.length === 0) return;
    for (const one of gone)
      if (one.type === machineType) rmSync(this.#folderOf(one), { recursive: true, force: true });
    await this.#o.records.dropResources(gone);
  }

  #shown(record: ResourceRecord): Shown {
    if (record.deletedAt !== undefined) return { record, state: "Deleting" };
    const takesMs = kindOf(record.type)?.takes === "no time" ? 0 : this.#o.bootMs;
    if (this.#o.clock.now() < record.putAt + takesMs) return { record, state: "Creating" };
    const failure = this.#o.failing?.(record);
    return failure === undefined ? { record, state: "Succeeded" } : { record, state: "Failed", failure };
  }

  /** Whether an id is that of the resource, or of something in it. */
  #is(id: string, record: ResourceRecord): boolean {
    return `${id}/`.toLowerCase().startsWith(`${this.idOf(record)}/`.toLowerCase());
  }

  #surroundings(): Surroundings {
    const resources = this.#all.filter(({ deletedAt }) => deletedAt === undefined);
    const find = (id: string) => {
      const found = resources.find((one) => sameName(this.idOf(one), id));
      if (found !== undefined) return found;
      throw new ResourceFault(
        400,
        "InvalidResourceReference",
        `Resource ${id} was not found. Please make sure that the referenced resource exists.`,
      );
    };
    return { resources, find, cores: this.#o.cores, location: this.#o.location };
  }

  #refuseUsed(record: ResourceRecord, kind: Kind): void {
    const uses = (one: ResourceRecord) => kindOf(one.type)?.uses(one.asked) ?? [];
    const holder = this.#all.find((one) => uses(one).some((id) => this.#is(id, record)));
    if (holder === undefined) return;
    throw new ResourceFault(
      400,
      kind.inUse,
      `${this.idOf(record)} is in use by ${this.idOf(holder)} and cannot be deleted.`,
    );
  }

  #refuseWithoutMachine({ name, resourceGroup }: NewResource): void {
    const [machine = ""] = name.split("/");
    if (this.#find({ type: machineType, resourceGroup, name: machine }) !== undefined) return;
    throw new ResourceFault(
      404,
      "ParentResourceNotFound",
      `Failed to perform 'write' on resource(s) of type 'virtualMachines/extensions', because the parent resource '${machine}' could not be found.`,
    );
  }

  #runsOn(machine: ResourceRecord, nic: ResourceRecord): boolean {
    if (machine.type !== machineType || this.#shown(machine).state !== "Succeeded") return false;
    return Machine.parse(machine.asked).networkProfile.networkInterfaces.some(({ id }) => this.#is(id, nic));
  }
}

function isInNetworkOf(nic: ResourceRecord, subnetId: string | undefined): boolean {
  if (subnetId === undefined) return false;
  const uses = kindOf(nic.type)?.uses(nic.asked) ?? [];
  return uses.some((one) => networkOf(one) !== undefined && networkOf(one) === networkOf(subnetId));
}

function prefixOf(network: ResourceRecord, subnetId: string): string | undefined {
  const { addressSpace, subnets } = Network.parse(network.asked);
  const found = subnets.find(({ name }) => subnetId.toLowerCase().endsWith(`/subnets/${name.toLowerCase()}`));
  return found?.properties.addressPrefix ?? addressSpace.addressPrefixes[0];
}

const networkOf = (subnetId: string) => /^(.+)\/subnets\/[^/]+$/.exec(subnetId.toLowerCase())?.[1];

/** Azure tells nobody the password, nor what the machine was given to run. */
function forgetful(asked: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { osProfile, ...rest } = asked;
  if (typeof osProfile !== "object" || osProfile === null) return { ...rest };
  const { adminPassword: _password, customData: _data, ...kept } = osProfile as Record<string, unknown>;
  return { ...rest, osProfile: kept };
}

export const machineTypes = kinds.map(({ type }) => type);
