// Jobs on the wire: submit, show, list, terminate, delete.
import { jobDeletion } from "../../application/deletions.ts";
import { existingJob, submitJob, terminateJob } from "../../application/jobs.ts";
import { existingExperiment } from "../../application/parents.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { jobWire } from "../../domain/job/wire.ts";
import { refuseUnavailable } from "../../domain/shared/availability.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import { deleting } from "./lib/delete-operation.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { experimentRefOf, experimentRoute, jobRefOf, jobRoute } from "./lib/refs.ts";
import { acceptedOr, emptyOk, ok, resource } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const jobOperations: readonly Operation[] = [
  { name: "jobs-create", method: "PUT", route: jobRoute, role: "submitter", handle: create },
  {
    name: "jobs-get",
    method: "GET",
    route: jobRoute,
    role: "reader",
    handle: async (request, services) => resource(jobWire(await existingJob(services, jobRefOf(request)))),
  },
  {
    name: "jobs-list",
    method: "GET",
    route: `${experimentRoute}/jobs`,
    role: "reader",
    async handle(request, services) {
      const ref = experimentRefOf(request);
      const page = await services.state.listJobs(ref, pageRequest(request));
      if (page.items.length === 0) await existingExperiment(services, ref);
      return ok(pageBody(request, page, jobWire));
    },
  },
  {
    name: "jobs-terminate",
    method: "POST",
    route: `${jobRoute}/terminate`,
    role: "submitter",
    handle: terminate,
  },
  {
    name: "jobs-delete",
    method: "DELETE",
    route: jobRoute,
    role: "submitter",
    handle: deleting(jobDeletion, jobRefOf),
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = jobRefOf(request);
  const raw = await request.json();
  refuseUnavailable("job", raw);
  const { job, operation } = await submitJob(services, callerOf(request), ref, parse(JobRequest, raw));
  return acceptedOr(request, operation, () => resource(jobWire(job)));
}

async function terminate(request: ApiRequest, services: Services) {
  return acceptedOr(request, await terminateJob(services, callerOf(request), jobRefOf(request)), emptyOk);
}
