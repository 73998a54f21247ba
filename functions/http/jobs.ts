// Jobs on the wire: submit, terminate, and what every kind has.
import { existing } from "../../application/existing.ts";
import { listJobs } from "../../application/job-lists.ts";
import { preemptJob, submitJob, terminateJob } from "../../application/jobs.ts";
import { attemptsWire } from "../../domain/job/attempts.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { rowOf } from "../../domain/resources.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { refuseOwnMembers } from "../../domain/shared/own-members.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { pageRequest, pageText } from "./lib/paging.ts";
import { collectionRoute, requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr, emptyOk, ok, okText } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

const route = routeOf("job");
const { apiVersions } = rowOf("job");

export const jobOperations: readonly Operation[] = [
  ...standardOperations("job", "submitter").filter(({ name }) => name !== "jobs-list"),
  {
    name: "jobs-list",
    method: "GET",
    route: collectionRoute("job"),
    role: "reader",
    apiVersions,
    handle: list,
  },
  { name: "jobs-create", method: "PUT", route, role: "submitter", apiVersions, handle: create },
  {
    name: "jobs-terminate",
    method: "POST",
    route: `${route}/terminate`,
    role: "submitter",
    apiVersions,
    handle: terminate,
  },
  {
    name: "jobs-preempt",
    method: "POST",
    route: `${route}/preempt`,
    role: "operator",
    apiVersions: [ownApiVersion],
    async handle(request, services) {
      await preemptJob(services, callerOf(request), requestedRef(request, "job"));
      return emptyOk();
    },
  },
  {
    name: "jobs-attempts",
    method: "GET",
    route: `${route}/attempts`,
    role: "reader",
    apiVersions: [ownApiVersion],
    handle: async (request, services) =>
      ok(attemptsWire(await existing(services, requestedRef(request, "job")))),
  },
];

/** Of our own version. */
const largestPage = 10_000;

async function list(request: ApiRequest, services: Services) {
  const isOwn = request.query("api-version") === ownApiVersion;
  const page = isOwn ? pageRequest(request, largestPage) : pageRequest(request);
  return okText(pageText(request, await listJobs(services, requestedRef(request, "experiment"), page)));
}

async function create(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "job");
  const raw = await request.json();
  if (request.query("api-version") !== ownApiVersion) refuseOwnMembers("job", raw);
  const { job, operation } = await submitJob(services, callerOf(request), ref, parse(JobRequest, raw));
  return acceptedOr(request, operation, () => shown(job));
}

async function terminate(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "job");
  return acceptedOr(request, await terminateJob(services, callerOf(request), ref), emptyOk);
}
