// FileServers as machines in Azure: each call looks at what is there and does what can be done next, so that a crash at any
// moment loses nothing and whoever asks again goes on. What is made and what it is called: bodies.ts.
// Why it is so: docs/adr/0038-a-file-server-is-five-resources.md
import { z } from "zod";
import type { FileServerMachine, FileServers, FoundMachine } from "../../file-servers.ts";
import {
  addressBody,
  createdTag,
  disksType,
  interfaceBody,
  machineBody,
  namesOf,
  networkBody,
  ownerTag,
  readyBody,
  securityGroupBody,
  subnetOfMade,
} from "./bodies.ts";
import type { Ids, Place } from "./bodies.ts";
import type { Put, Resource, ResourceName, Resources } from "./resources.ts";

interface Wanted {
  readonly resource: ResourceName;
  readonly body: object;
}

/** Where the export is on the machine, and what clients mount. */
const mountPoint = "/data";

export function azureFileServers(arm: Resources, place: Place): FileServers {
  return {
    async build(machine) {
      for (const wave of wavesOf(arm, place, machine)) {
        const steps = await Promise.all(wave.map((wanted) => ensure(arm, wanted)));
        for (const step of steps) if (step.kind === "refused") return step;
        if (steps.some(({ kind }) => kind === "going on")) return { kind: "building" };
      }
      return running(arm, machine);
    },
    remove: (guid) => remove(arm, guid),
    list: () => list(arm),
  };
}

/** What is in one wave needs nothing of it, and all of those before. */
function wavesOf(arm: Resources, place: Place, machine: FileServerMachine): readonly (readonly Wanted[])[] {
  const names = namesOf(machine.guid);
  const own = machine.spec.subnet;
  const ids: Ids = {
    securityGroup: arm.id(names.securityGroup),
    address: arm.id(names.address),
    interface: arm.id(names.interface),
    subnet: own?.id ?? subnetOfMade(arm.id(names.network)),
  };
  return [
    // Alone, because whatever is there is found by it.
    [{ resource: names.securityGroup, body: securityGroupBody(place, machine) }],
    [
      { resource: names.address, body: addressBody(place) },
      ...(own === undefined ? [{ resource: names.network, body: networkBody(place) }] : []),
    ],
    [{ resource: names.interface, body: interfaceBody(place, ids) }],
    [{ resource: names.machine, body: machineBody(place, machine, ids) }],
    [{ resource: names.ready, body: readyBody(place) }],
  ];
}

async function ensure(arm: Resources, { resource, body }: Wanted): Promise<Put> {
  const found = await arm.get(resource);
  if (found === undefined) return arm.put(resource, body);
  const state = found.properties.provisioningState;
  if (/^succeeded$/i.test(state)) return { kind: "there" };
  if (!/^(failed|canceled)$/i.test(state)) return { kind: "going on" };
  return { kind: "refused", message: await whyFailed(arm, resource) };
}

const Status = z.looseObject({
  code: z.string().default(""),
  level: z.string().optional(),
  message: z.string().optional(),
});
const InstanceView = z.looseObject({
  statuses: z.array(Status).default([]),
  substatuses: z.array(Status).default([]),
});

/** Machines and extensions tell why; of the others Azure keeps no reason. */
async function whyFailed(arm: Resources, resource: ResourceName): Promise<string> {
  const tells = resource.type.startsWith("Microsoft.Compute/");
  const seen = tells ? await arm.get(resource, "instanceView") : undefined;
  const view = InstanceView.safeParse(seen?.properties["instanceView"]).data;
  const reasons = [...(view?.statuses ?? []), ...(view?.substatuses ?? [])]
    .filter(({ level, code }) => level === "Error" || /failed/i.test(code))
    .map(({ code, message }) => `${code.split("/").at(-1) ?? code}: ${message ?? "no reason given"}`);
  const what = resource.name === "ready" ? "the disks of the machine could not be exported" : resource.type;
  return `${what}: ${reasons.length === 0 ? "Azure reports its provisioning as failed" : reasons.join("; ")}`;
}

const Interface = z.looseObject({
  ipConfigurations: z.tuple([z.looseObject({ properties: z.looseObject({ privateIPAddress: z.ipv4() }) })]),
});
const Address = z.looseObject({ ipAddress: z.ipv4() });

async function running(arm: Resources, { guid, spec }: FileServerMachine) {
  const names = namesOf(guid);
  const [nic, address] = await Promise.all([arm.get(names.interface), arm.get(names.address)]);
  // Whoever removed it by hand meanwhile is found out with the next look.
  if (nic === undefined || address === undefined) return { kind: "building" } as const;
  const [{ properties: inner }] = Interface.parse(nic.properties).ipConfigurations;
  return {
    kind: "running",
    mountSettings: {
      mountPoint,
      fileServerPublicIP: Address.parse(address.properties).ipAddress,
      fileServerInternalIP: inner.privateIPAddress,
    },
    ...(spec.subnet === undefined ? { madeSubnet: { id: subnetOfMade(arm.id(names.network)) } } : {}),
  } as const;
}

/** What uses goes before what is used. Disks go with their machine; those that it left behind go after it. */
async function remove(arm: Resources, guid: string): Promise<"gone" | "removing"> {
  const names = namesOf(guid);
  if (!(await arm.remove(names.machine))) return "removing";
  const disks = (await arm.list(disksType)).filter(({ name }) => name.startsWith(guid));
  const waves: readonly (readonly ResourceName[])[] = [
    [...disks.map(({ name }) => ({ type: disksType, name })), names.interface],
    [names.address, names.network],
    [names.securityGroup],
  ];
  for (const wave of waves) {
    const gone = await Promise.all(wave.map((resource) => arm.remove(resource)));
    if (gone.includes(false)) return "removing";
  }
  return "gone";
}

async function list(arm: Resources): Promise<readonly FoundMachine[]> {
  const { type } = namesOf("").securityGroup;
  return (await arm.list(type)).flatMap(found);
}

function found({ name, tags = {} }: Resource): readonly FoundMachine[] {
  const [, guid] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})nsg$/.exec(name) ?? [];
  if (guid === undefined) return [];
  return [{ guid, owner: tags[ownerTag], createdAt: tags[createdTag] ?? "" }];
}
