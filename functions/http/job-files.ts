// What a job wrote, and where it runs: listOutputFiles, listRemoteLoginInformation. Both lists are POSTs that some
// clients continue with GET.
import { locateOutput } from "../../domain/job/directories.ts";
import { outputReadJob } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { jobRef } from "../../domain/job/wire.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { batchJobId, poolId, taskId } from "../../services/batch-names.ts";
import type { OutputFile } from "../../services/output-files.ts";
import type { Services } from "../../services/services.ts";
import { existingJob } from "./jobs.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest, wholeParameter } from "./lib/paging.ts";
import { jobRefOf, jobRoute } from "./lib/refs.ts";
import { remoteLogins } from "./lib/remote-login.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

const minuteMs = 60_000;

export const jobFileOperations: readonly Operation[] = [
  {
    name: "jobs-output-files",
    method: "POST",
    alsoMethod: "GET",
    route: `${jobRoute}/listOutputFiles`,
    role: "reader",
    handle: listOutputFiles,
  },
  {
    name: "jobs-remote-login",
    method: "POST",
    alsoMethod: "GET",
    route: `${jobRoute}/listRemoteLoginInformation`,
    role: "submitter",
    handle: listRemoteLogin,
  },
];

async function listOutputFiles(request: ApiRequest, services: Services) {
  const directoryId = request.query("outputdirectoryid");
  if (directoryId === undefined || directoryId === "")
    throw new AppError(
      "InvalidQueryParameter",
      "outputdirectoryid: is required, expected an id of the job's outputDirectories or 'stdouterr'.",
      { target: "outputdirectoryid" },
    );
  const page = pageRequest(request);
  const expiry = wholeParameter(request, "linkexpiryinminutes", { least: 5, most: 600, otherwise: 60 });
  const job = await existingJob(services, jobRefOf(request));
  const place = locateOutput(job, directoryId, request.query("directory") ?? ".");
  const keys = await services.secrets.get(place.secretOwner);
  const files = await services.outputFiles.list(
    { ...place, accountKey: keys.get(place.accountKeySecret) },
    { linkLifetimeMs: expiry * minuteMs },
  );
  if (files.some(({ downloadUrl }) => downloadUrl !== undefined)) await noteReader(services, job);
  return ok(pageBody(request, pageOf(files, page), fileWire));
}

/**
 * Readers go to the storage with these links, unseen, and stop at the end that the job shows: it must know of them
 * (docs/adr/0015). Written once in the life of a job, before the first link is given away.
 */
async function noteReader(services: Services, job: JobDocument): Promise<void> {
  if (outputReadJob(job) === job) return;
  await services.state.jobs.update(jobRef(job), (found) =>
    found.guid === job.guid ? outputReadJob(found) : found,
  );
}

function fileWire(file: OutputFile): object {
  return {
    name: file.name,
    fileType: file.isDirectory ? "directory" : "file",
    ...(file.downloadUrl === undefined ? {} : { downloadUrl: file.downloadUrl }),
    properties: {
      ...(file.lastModified === undefined ? {} : { lastModified: file.lastModified }),
      ...(file.contentLength === undefined ? {} : { contentLength: file.contentLength }),
    },
  };
}

async function listRemoteLogin(request: ApiRequest, services: Services) {
  const job = await existingJob(services, jobRefOf(request));
  const page = pageRequest(request);
  if (job.executionState !== "running") return ok(pageBody(request, { items: [] }, (login: object) => login));
  const batchJob = batchJobId(job.clusterGuid, job.spec.schedulingPriority);
  const id = taskId(job.guid, job.attempt);
  const task = await services.batch.getTask(batchJob, id);
  const others = job.spec.nodeCount > 1 ? await services.batch.subtaskNodes(batchJob, id) : [];
  const nodes = [...(task?.nodeId === undefined ? [] : [task.nodeId]), ...others];
  const logins = await remoteLogins(services, poolId(job.clusterGuid), nodes);
  return ok(pageBody(request, pageOf(logins, page), (login) => login));
}
