// Resources of one group through Azure Resource Manager, by plain REST: what is asked for is put once and looked at until it is
// there. A package for each of Azure's providers would bring thousands of operations for the handful that are called here.
// Why it is so: docs/adr/0038-a-file-server-is-five-resources.md
import { z } from "zod";
import { AppError } from "../../../domain/shared/errors.ts";
import { readAnswer } from "../read-answer.ts";
import { restClient } from "../rest.ts";
import type { RestOptions, RestReply } from "../rest.ts";

export interface ResourceGroup {
  readonly subscriptionId: string;
  readonly name: string;
}

/** `Microsoft.Network/networkSecurityGroups` and so on, or with the resource above it: `Microsoft.Compute/virtualMachines/x/extensions`. */
export interface ResourceName {
  readonly type: string;
  readonly name: string;
}

export const Resource = z.looseObject({
  id: z.string(),
  name: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.looseObject({ provisioningState: z.string().default("Succeeded") }),
});
export type Resource = z.infer<typeof Resource>;

const Page = z.object({ value: z.array(Resource), nextLink: z.string().optional() });

export type Put =
  | { readonly kind: "there" }
  | { readonly kind: "going on" }
  | { readonly kind: "refused"; readonly message: string };

export interface Resources {
  id(resource: ResourceName): string;
  /** `expand`: the view of the instance, where its failures are told. */
  get(resource: ResourceName, expand?: "instanceView"): Promise<Resource | undefined>;
  put(resource: ResourceName, body: object): Promise<Put>;
  /** Asks for the deletion unless it is under way. True: it is gone. */
  remove(resource: ResourceName): Promise<boolean>;
  /** All of that type in the group. */
  list(type: string): Promise<readonly Resource[]>;
}

/** Versions of what is sent; checked against Microsoft's descriptions of them (test/conformance/services/file-servers.test.ts). */
const versions: Readonly<Record<string, string>> = {
  "microsoft.compute/virtualmachines": "2026-04-01",
  "microsoft.compute/disks": "2024-03-02",
  "microsoft.network": "2025-09-01",
};

const service = "Azure Resource Manager";
const armScope = "https://management.azure.com/.default";
/** Another operation is on its way with the same resource, or with one that it needs. */
const passing =
  /^(AnotherOperationInProgress|OperationPreempted|RetryableError\w*|ReferencedResourceNotProvisioned)$/i;
/** What holds on to it is about to go: nodes of a pool that is being removed, a machine whose deletion is recorded late. */
const inUse = /^(InUse\w*|\w*CannotBeDeleted|NicInUse\w*|NetworkSecurityGroup\w*InUse\w*)$/i;

export function resources(options: RestOptions, group: ResourceGroup): Resources {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const call = restClient(options, {
    name: service,
    scope: armScope,
    contentType: "application/json",
    readError,
  });
  const inGroup = `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}/providers`;
  const id = ({ type, name }: ResourceName) => `${inGroup}/${type}/${name}`;
  const url = (path: string, type: string, query = "") =>
    `${endpoint}${path}?api-version=${versionOf(type)}${query}`;
  const get: Resources["get"] = async (resource, expand) => {
    const query = expand === undefined ? "" : `&$expand=${expand}`;
    const reply = await call({ method: "GET", url: url(id(resource), resource.type, query) });
    if (reply.ok) return readAnswer(service, Resource, reply.text);
    if (reply.status === 404) return undefined;
    throw refusal("look at", resource, reply);
  };
  return {
    id,
    get,
    async put(resource, body) {
      const reply = await call({ method: "PUT", url: url(id(resource), resource.type), body });
      if (reply.ok) return { kind: isThere(reply.text) ? "there" : "going on" };
      if (passing.test(reply.code)) return { kind: "going on" };
      return { kind: "refused", message: `${resource.type}: ${reasonOf(reply)}` };
    },
    async remove(resource) {
      const found = await get(resource);
      if (found === undefined) return true;
      if (/^deleting$/i.test(found.properties.provisioningState)) return false;
      const reply = await call({ method: "DELETE", url: url(id(resource), resource.type) });
      if (reply.ok) return reply.status !== 202;
      if (reply.status === 404) return true;
      if (passing.test(reply.code) || inUse.test(reply.code)) return false;
      throw refusal("delete", resource, reply);
    },
    async list(type) {
      const found: Resource[] = [];
      let next: string | undefined = url(`${inGroup}/${type}`, type);
      while (next !== undefined) {
        const reply: RestReply = await call({ method: "GET", url: next });
        if (!reply.ok) throw refusal("list", { type, name: "" }, reply);
        const page: z.infer<typeof Page> = readAnswer(service, Page, reply.text);
        found.push(...page.value);
        next = page.nextLink;
        if (next !== undefined && new URL(next).origin !== new URL(endpoint).origin)
          throw new Error(`Refusing to follow a link to another origin: ${new URL(next).origin}`);
      }
      return found;
    },
  };
}

function versionOf(type: string): string {
  const wanted = type.toLowerCase();
  const [, version = ""] = Object.entries(versions).find(([prefix]) => wanted.startsWith(prefix)) ?? [];
  return version;
}

function isThere(text: string): boolean {
  return readAnswer(service, Resource, text).properties.provisioningState === "Succeeded";
}

/** The innermost reasons: the outer ones say that there are some. */
const ArmError: z.ZodType<ArmFault> = z.lazy(() =>
  z.looseObject({
    code: z.string(),
    message: z.string().default(""),
    details: z.array(ArmError).nullish(),
  }),
);
interface ArmFault {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly ArmFault[] | null | undefined;
}

function readError(text: string): { code: string; message: string } {
  const { error } = z.object({ error: ArmError }).parse(JSON.parse(text));
  const inner = (error.details ?? []).map((one) => `${one.code}: ${one.message}`);
  return { code: error.code, message: [error.message, ...inner].filter((one) => one !== "").join(" ") };
}

type Refused = Extract<RestReply, { readonly ok: false }>;

function reasonOf({ status, code, message }: Refused): string {
  return `${code}: ${message}${status === 403 ? ` ${rightsNeeded}` : ""}`;
}

const rightsNeeded =
  "Give the identity of this service its role in the resource group of file servers (see 'batchai doctor'), and the right " +
  "Microsoft.Network/virtualNetworks/subnets/join/action on a subnet of your own.";

function refusal(what: string, { type, name }: ResourceName, reply: Refused): AppError {
  const { status: statusCode, code, message } = reply;
  return new AppError(
    "ServiceUnavailable",
    `Azure Resource Manager would not ${what} ${type} ${name}: ${reasonOf(reply)}`,
    { cause: { statusCode, code, message } },
  );
}
