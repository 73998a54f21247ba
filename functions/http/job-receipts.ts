// Receipts of jobs on the wire, which 2018 did not know.
import { jobReceipt } from "../../application/receipts.ts";
import { reproduceJob } from "../../application/reproductions.ts";
import { ReproduceRequest } from "../../domain/receipt/request.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { ownOperations } from "./lib/own-operation.ts";
import { providerRoute, requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown } from "./lib/standard-operations.ts";

const ofJob = ownOperations("jobs", routeOf("job"));
const keys = ownOperations("receipt", `${providerRoute}/receiptKeys`);

export const jobReceiptOperations: readonly Operation[] = [
  ofJob("receipt", "GET", "/receipt", "reader", show),
  ofJob("reproduce", "POST", "/reproduce", "submitter", reproduce),
  keys("keys", "GET", "", "anyone", async (_, services) =>
    ok({ keys: await services.receiptSigner.publicKeys() }),
  ),
];

async function show(request: ApiRequest, services: Services) {
  const format = request.query("format");
  if (format !== undefined && format !== "dsse")
    throw new AppError("InvalidQueryParameter", `format: expected 'dsse', got '${format.slice(0, 40)}'.`, {
      target: "format",
    });
  const receipt = await jobReceipt(services, requestedRef(request, "job"));
  return ok(format === undefined ? receipt : await services.receiptSigner.sign(receipt));
}

async function reproduce(request: ApiRequest, services: Services) {
  const asked = parse(ReproduceRequest, await request.json());
  const ref = requestedRef(request, "job");
  const { job, operation } = await reproduceJob(services, callerOf(request), ref, asked);
  return acceptedOr(request, operation, () => shown(job));
}
