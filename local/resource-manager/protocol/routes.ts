// The operations of the local resource manager, one row each: method, path, who may call it, and the one call it makes.
import { ResourceFault } from "../service/fault.ts";
import { groupNotFound } from "../service/groups.ts";
import type { GroupService, Workspaces } from "../service/groups.ts";
import type { StorageAccountService } from "../service/storage-accounts.ts";
import type { Machines } from "../service/machines/machines.ts";
import { json } from "./json.ts";
import { machineRoutes } from "./machine-routes.ts";
import {
  accountRequest,
  accountWire,
  groupRequest,
  groupWire,
  nameRequest,
  providersWire,
  providerWire,
  tagsRequest,
} from "./wire.ts";
import type { Endpoints } from "./wire.ts";

export interface Context {
  readonly groups: GroupService;
  readonly accounts: StorageAccountService;
  readonly endpoints: Endpoints;
  readonly region: string;
  readonly machines: Machines;
  /** The group of the local cloud's own accounts, and of its machines. */
  readonly ownGroup: string;
}

export interface Asked {
  /** Path parameters, as they were written. */
  param(name: string): string;
  query(name: string): string | undefined;
  body(): Promise<unknown>;
  /** `https://host:port` as the client sees it. */
  readonly origin: string;
  readonly workspaces: Workspaces;
}

export interface Route {
  readonly method: string;
  /** Below the subscription. */
  readonly path: string;
  /** `machines`: the app's own identity, as its role in Azure has it, and administrators. */
  readonly role: "reader" | "admin" | "machines";
  answer(asked: Asked, context: Context & { readonly subscription: string }): Promise<Response>;
}

const group = "resourceGroups/{group}";
const storage = "providers/Microsoft.Storage";
const account = `${group}/${storage}/storageAccounts/{account}`;

export const routes: readonly Route[] = [
  row("GET", "resourceGroups", "reader", async (asked, { groups, subscription }) =>
    json(200, { value: (await groups.list(asked.workspaces)).map((one) => groupWire(subscription, one)) }),
  ),
  row("GET", group, "reader", async (asked, context) =>
    json(200, groupWire(context.subscription, await groupOf(asked, context))),
  ),
  row("HEAD", group, "reader", async (asked, { groups }) => {
    const found = await groups.find(asked.param("group"), asked.workspaces);
    return new Response(null, { status: found === undefined ? 404 : 204 });
  }),
  row("PUT", group, "admin", async (asked, { groups, region, subscription }) => {
    const name = asked.param("group");
    if (!/^[-\w._()]{1,90}$/.test(name) || name.endsWith("."))
      throw new ResourceFault(
        400,
        "InvalidResourceGroup",
        "Use 1 to 90 letters, digits, '-', '_', '.', '(' and ')' for a resource group, not ending with '.'.",
      );
    const { location = region, tags } = groupRequest(await asked.body());
    const { group: made, isNew } = await groups.put(name, { location, tags });
    return json(isNew ? 201 : 200, groupWire(subscription, made));
  }),
  row("PATCH", group, "admin", async (asked, context) => {
    const { name } = await groupOf(asked, context);
    const { tags } = groupRequest(await asked.body());
    return json(200, groupWire(context.subscription, (await context.groups.put(name, { tags })).group));
  }),
  row("DELETE", group, "admin", async (asked, { groups, subscription }) => {
    const name = asked.param("group");
    if (!(await groups.remove(name, asked.workspaces))) return new Response(null, { status: 200 });
    const location = `${asked.origin}${subscription}/operationresults/${encodeURIComponent(name)}?api-version=2021-04-01`;
    return new Response(null, { status: 202, headers: { location, "retry-after": "1" } });
  }),
  // The deletion of a group is the only operation that takes time; its id is the group's name.
  row("GET", "operationresults/{group}", "reader", async (asked, { groups }) => {
    const found = await groups.find(asked.param("group"), asked.workspaces);
    const going = found?.deleting === true;
    return new Response(null, { status: going ? 202 : 200, headers: going ? { "retry-after": "1" } : {} });
  }),
  row("GET", "providers", "reader", async (_asked, { subscription, region }) =>
    json(200, providersWire(subscription, region)),
  ),
  row("GET", "providers/{namespace}", "reader", async (asked, { subscription, region }) =>
    json(200, providerWire(subscription, asked.param("namespace"), region)),
  ),
  row("POST", "providers/{namespace}/register", "admin", async (asked, { subscription, region }) =>
    json(200, providerWire(subscription, asked.param("namespace"), region)),
  ),
  row("GET", `${storage}/storageAccounts`, "reader", async (_asked, context) =>
    json(200, { value: context.accounts.all().map((one) => shown(one, context)) }),
  ),
  row("GET", `${group}/${storage}/storageAccounts`, "reader", async (asked, context) => {
    const { name } = await groupOf(asked, context);
    return json(200, { value: context.accounts.inGroup(name).map((one) => shown(one, context)) });
  }),
  row("POST", `${storage}/checkNameAvailability`, "reader", async (asked, { accounts }) => {
    const why = accounts.whyUnavailable(nameRequest(await asked.body()));
    return json(200, { nameAvailable: why === undefined, ...why });
  }),
  row("GET", account, "reader", async (asked, context) =>
    json(200, shown(context.accounts.get(asked.param("group"), asked.param("account")), context)),
  ),
  row("PUT", account, "admin", async (asked, context) => {
    const { name, location, deleting } = await groupOf(asked, context);
    if (deleting) throw groupNotFound(name);
    const wanted = accountRequest(await asked.body(), location);
    return json(200, shown(await context.accounts.put(name, asked.param("account"), wanted), context));
  }),
  row("PATCH", account, "admin", async (asked, context) => {
    const tags = tagsRequest(await asked.body());
    const changed = await context.accounts.setTags(asked.param("group"), asked.param("account"), tags);
    return json(200, shown(changed, context));
  }),
  row("DELETE", account, "admin", async (asked, { accounts }) => {
    const existed = await accounts.remove(asked.param("group"), asked.param("account"));
    return new Response(null, { status: existed ? 200 : 204 });
  }),
  row("POST", `${account}/listKeys`, "admin", async (asked, { accounts }) => {
    const { key } = accounts.get(asked.param("group"), asked.param("account"));
    // Clients expect two; one is as good as the other.
    const keys = ["key1", "key2"].map((keyName) => ({ keyName, value: key, permissions: "Full" }));
    return json(200, { keys });
  }),
  ...machineRoutes,
];

function row(method: string, path: string, role: Route["role"], answer: Route["answer"]): Route {
  return { method, path, role, answer };
}

async function groupOf(asked: Asked, { groups }: Context) {
  const name = asked.param("group");
  const found = await groups.find(name, asked.workspaces);
  if (found === undefined) throw groupNotFound(name);
  return found;
}

function shown(
  record: Parameters<typeof accountWire>[1],
  { subscription, endpoints }: Context & { readonly subscription: string },
): object {
  return accountWire(subscription, record, endpoints);
}
