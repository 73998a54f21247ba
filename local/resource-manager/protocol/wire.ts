// Bodies of the local resource manager in both directions, as Azure Resource Manager has them.
import { z } from "zod";
import { ResourceFault } from "../service/fault.ts";
import type { GroupBody } from "../service/groups.ts";
import type { NewAccount } from "../service/storage-accounts.ts";
import type { AccountRecord, GroupRecord } from "../store/records.ts";

export interface Endpoints {
  /** `http://127.0.0.1:<port>`, without the account. */
  readonly blob: string;
  readonly queue: string;
  readonly table: string;
  readonly file: string;
}

const location = z.string().regex(/^[A-Za-z0-9 -]{1,64}$/, "expected the name of a region");
export const tagsOf = z.record(z.string().max(512), z.string().max(256));
const GroupRequest = z.object({ location: location.optional(), tags: tagsOf.optional() });
const AccountRequest = z.object({
  location: location.optional(),
  kind: z.enum(["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"]),
  sku: z.object({ name: z.string().regex(/^(Standard|Premium|StandardV2|PremiumV2)_[A-Z]{3,6}$/) }),
  tags: tagsOf.optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
const AccountPatch = z.object({ tags: tagsOf });
const NameRequest = z.object({ name: z.string() });
/** What another kind of storage would be needed for. */
const absentFeatures = ["isHnsEnabled", "isNfsV3Enabled", "isSftpEnabled"];

export function groupRequest(body: unknown): GroupBody {
  return parsed(GroupRequest, body);
}

/** `regionOfGroup` when the request names none. */
export function accountRequest(body: unknown, regionOfGroup: string): NewAccount {
  const { sku, properties, ...rest } = parsed(AccountRequest, body);
  for (const name of absentFeatures)
    if (properties?.[name] === true)
      throw new ResourceFault(
        400,
        "FeatureNotSupported",
        `properties.${name}: the storage of the local cloud has no such accounts; leave it out.`,
      );
  return { location: rest.location ?? regionOfGroup, kind: rest.kind, sku: sku.name, tags: rest.tags };
}

export function tagsRequest(body: unknown): Readonly<Record<string, string>> {
  return parsed(AccountPatch, body).tags;
}

export function nameRequest(body: unknown): string {
  return parsed(NameRequest, body).name;
}

export function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const members =
    typeof body === "object" && body !== null && !Array.isArray(body)
      ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
      : body;
  const result = schema.safeParse(members);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new ResourceFault(400, "InvalidRequestContent", problems.join("; "));
}

export function groupWire(subscription: string, group: GroupRecord): object {
  return {
    id: `${subscription}/resourceGroups/${group.name}`,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    tags: group.tags,
    properties: { provisioningState: group.deleting ? "Deleting" : "Succeeded" },
  };
}

export function accountWire(subscription: string, account: AccountRecord, endpoints: Endpoints): object {
  const at = (origin: string) => `${origin}/${account.name}/`;
  const region = account.location.toLowerCase().replaceAll(" ", "");
  return {
    id: `${subscription}/resourceGroups/${account.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${account.name}`,
    name: account.name,
    type: "Microsoft.Storage/storageAccounts",
    location: region,
    tags: account.tags,
    kind: account.kind,
    sku: { name: account.sku, tier: account.sku.split("_")[0] },
    properties: {
      provisioningState: "Succeeded",
      ...(account.createdAt === undefined ? {} : { creationTime: account.createdAt }),
      primaryLocation: region,
      statusOfPrimary: "available",
      supportsHttpsTrafficOnly: false,
      primaryEndpoints: {
        blob: at(endpoints.blob),
        queue: at(endpoints.queue),
        table: at(endpoints.table),
        file: at(endpoints.file),
      },
    },
  };
}

const providers: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Batch": ["batchAccounts", "batchAccounts/pools", "locations/quotas"],
  "Microsoft.Compute": [],
  "Microsoft.Network": [],
  "Microsoft.Resources": ["resourceGroups", "subscriptions"],
  "Microsoft.Storage": ["storageAccounts", "checkNameAvailability"],
};

/** Everything the local cloud has is always registered; what it has not cannot be. */
export function providerWire(subscription: string, namespace: string, region: string): object {
  const known = Object.keys(providers).find((name) => name.toLowerCase() === namespace.toLowerCase());
  if (known === undefined)
    throw new ResourceFault(
      404,
      "InvalidResourceNamespace",
      `The local cloud has no resource provider '${namespace.slice(0, 80)}'; it has ${Object.keys(providers).join(", ")} and Microsoft.BatchAI.`,
    );
  return {
    id: `${subscription}/providers/${known}`,
    namespace: known,
    registrationState: "Registered",
    registrationPolicy: "RegistrationFree",
    resourceTypes: (providers[known] ?? []).map((resourceType) => ({
      resourceType,
      locations: [region],
      apiVersions: [],
    })),
  };
}

export function providersWire(subscription: string, region: string): object {
  return { value: Object.keys(providers).map((name) => providerWire(subscription, name, region)) };
}
