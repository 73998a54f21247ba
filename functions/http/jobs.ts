// Jobs on the wire: submit, terminate, and what every kind has.
import { submitJob, terminateJob } from "../../application/jobs.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { refuseUnavailable } from "../../domain/shared/availability.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr, emptyOk } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

const route = routeOf("job");

export const jobOperations: readonly Operation[] = [
  ...standardOperations("job", "submitter"),
  { name: "jobs-create", method: "PUT", route, role: "submitter", handle: create },
  {
    name: "jobs-terminate",
    method: "POST",
    route: `${route}/terminate`,
    role: "submitter",
    handle: terminate,
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "job");
  const raw = await request.json();
  refuseUnavailable("job", raw);
  const { job, operation } = await submitJob(services, callerOf(request), ref, parse(JobRequest, raw));
  return acceptedOr(request, operation, () => shown(job));
}

async function terminate(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "job");
  return acceptedOr(request, await terminateJob(services, callerOf(request), ref), emptyOk);
}
