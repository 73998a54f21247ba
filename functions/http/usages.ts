// How much of what is limited is in use, on the wire.
import { currentUsages } from "../../application/usages.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

export const usageOperations: readonly Operation[] = [
  {
    name: "usages-list",
    method: "GET",
    route: `${providerRoute}/locations/{location}/usages`,
    role: "reader",
    handle: async (_request, services) => ok({ value: await currentUsages(services) }),
  },
];
