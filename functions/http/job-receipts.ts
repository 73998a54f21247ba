// Receipts of jobs on the wire, which 2018 did not know.
import { jobReceipt } from "../../application/receipts.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

export const jobReceiptOperations: readonly Operation[] = [
  {
    name: "jobs-receipt",
    method: "GET",
    route: `${routeOf("job")}/receipt`,
    role: "reader",
    apiVersions: [ownApiVersion],
    handle: async (request, services) => ok(await jobReceipt(services, requestedRef(request, "job"))),
  },
];
