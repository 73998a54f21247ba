// The operations of machines and of what they are made of: get, list, put, delete, the same for every type. Disks exist with
// their machine only, so that a list of those that were left behind is empty.
import { z } from "zod";
import { ResourceFault } from "../service/fault.ts";
import { machineTypes } from "../service/machines/machines.ts";
import type { Machines, Shown } from "../service/machines/machines.ts";
import { kindOf } from "../service/machines/kinds.ts";
import { sameName } from "../store/records.ts";
import { json } from "./json.ts";
import type { Asked, Context, Route } from "./routes.ts";
import { parsed, tagsOf } from "./wire.ts";

const group = "resourceGroups/{group}";
const Envelope = z.strictObject({
  location: z.string().regex(/^[A-Za-z0-9 -]{1,64}$/, "expected the name of a region"),
  tags: tagsOf.optional(),
  sku: z.strictObject({ name: z.enum(["Standard"]) }).optional(),
  properties: z.record(z.string(), z.unknown()),
});

export const machineRoutes: readonly Route[] = [
  ...machineTypes.flatMap(routesOf),
  {
    method: "GET",
    path: `${group}/providers/Microsoft.Compute/disks`,
    role: "machines",
    answer: async () => json(200, { value: [] }),
  },
];

function routesOf(type: string): readonly Route[] {
  const [namespace = "", outer = "", inner] = type.split("/");
  const list = `${group}/providers/${namespace}/${outer}`;
  const one = inner === undefined ? `${list}/{name}` : `${list}/{parent}/${inner}/{name}`;
  const named = (asked: Asked) => ({
    type,
    resourceGroup: asked.param("group"),
    name: inner === undefined ? asked.param("name") : `${asked.param("parent")}/${asked.param("name")}`,
  });
  const missing = (asked: Asked) =>
    new ResourceFault(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${named(asked).name}' under resource group '${asked.param("group")}' was not found.`,
    );
  return [
    row("GET", one, async (asked, { machines }) => {
      const found = await machines.get(named(asked));
      if (found === undefined) throw missing(asked);
      return json(200, wire(found, machines, asked.query("$expand")));
    }),
    row("PUT", one, async (asked, context) => {
      refuseOtherGroups(asked, context);
      const { properties, ...envelope } = parsed(Envelope, await asked.body());
      const body = kindOf(type)?.body;
      if (body !== undefined) parsed(z.object({ properties: body }), { properties });
      const made = await context.machines.put({ ...named(asked), ...envelope, asked: properties });
      return json(made.isNew ? 201 : 200, wire(made, context.machines));
    }),
    row("DELETE", one, async (asked, { machines, subscription }) => {
      if ((await machines.get(named(asked))) === undefined) return new Response(null, { status: 204 });
      if ((await machines.remove(named(asked))) === "gone") return new Response(null, { status: 200 });
      const location = `${asked.origin}${subscription}/operationresults/-?api-version=2021-04-01`;
      return new Response(null, { status: 202, headers: { location, "retry-after": "1" } });
    }),
    ...(inner === undefined
      ? [
          row("GET", list, async (asked, { machines }) =>
            json(200, {
              value: (await machines.list(type, asked.param("group"))).map((each) => wire(each, machines)),
            }),
          ),
        ]
      : []),
  ];
}

function row(method: string, path: string, answer: Route["answer"]): Route {
  return { method, path, role: "machines", answer };
}

/** The deletion of another group would have to wait for machines; here they are of the local cloud, like its accounts. */
function refuseOtherGroups(asked: Asked, { ownGroup }: Context): void {
  if (sameName(asked.param("group"), ownGroup)) return;
  throw new ResourceFault(
    400,
    "FeatureNotSupported",
    `Machines of the local cloud are in its own resource group, '${ownGroup}'.`,
  );
}

function wire({ record, state, failure }: Shown, machines: Machines, expand?: string): object {
  const { asked, given, location, tags, name } = record;
  const view = expand === "instanceView" ? { instanceView: instanceView(state, failure) } : {};
  return {
    id: machines.idOf(record),
    name: name.split("/").at(-1),
    type: record.type,
    location,
    tags,
    properties: { ...withGiven(asked, given), ...view, provisioningState: state },
  };
}

function withGiven(asked: Shown["record"]["asked"], given: Shown["record"]["given"]): object {
  const { exports: _folder, privateIPAddress, ...rest } = given;
  if (privateIPAddress === undefined) return { ...asked, ...rest };
  const configurations = asked["ipConfigurations"] as readonly { readonly properties: object }[];
  const withAddress = configurations.map((one) => ({
    ...one,
    properties: { ...one.properties, privateIPAddress },
  }));
  return { ...asked, ipConfigurations: withAddress };
}

function instanceView(state: Shown["state"], failure: Shown["failure"]): object {
  const status =
    failure === undefined
      ? { code: `ProvisioningState/${state.toLowerCase()}`, level: "Info" }
      : { code: `ProvisioningState/failed/${failure.code}`, level: "Error", message: failure.message };
  return { statuses: [status] };
}
