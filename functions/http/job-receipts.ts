// Receipts of jobs on the wire, which 2018 did not know.
import { jobReceipt } from "../../application/receipts.ts";
import { reproduceJob } from "../../application/reproductions.ts";
import { ReproduceRequest } from "../../domain/receipt/request.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown } from "./lib/standard-operations.ts";

export const jobReceiptOperations: readonly Operation[] = [
  {
    name: "jobs-receipt",
    method: "GET",
    route: `${routeOf("job")}/receipt`,
    role: "reader",
    apiVersions: [ownApiVersion],
    handle: async (request, services) => ok(await jobReceipt(services, requestedRef(request, "job"))),
  },
  {
    name: "jobs-reproduce",
    method: "POST",
    route: `${routeOf("job")}/reproduce`,
    role: "submitter",
    apiVersions: [ownApiVersion],
    handle: reproduce,
  },
];

async function reproduce(request: ApiRequest, services: Services) {
  const asked = parse(ReproduceRequest, await request.json());
  const ref = requestedRef(request, "job");
  const { job, operation } = await reproduceJob(services, callerOf(request), ref, asked);
  return acceptedOr(request, operation, () => shown(job));
}
