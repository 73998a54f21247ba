// What a job wrote, and where it runs, on the wire: listOutputFiles, listRemoteLoginInformation. Both lists are POSTs that some
// clients continue with GET.
import { jobLogins, listOutputFiles } from "../../application/job-files.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { Services } from "../../services/services.ts";
import { fileWire, listingOf } from "./lib/file-listing.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const jobFileOperations: readonly Operation[] = [
  {
    name: "jobs-output-files",
    method: "POST",
    alsoMethod: "GET",
    route: `${routeOf("job")}/listOutputFiles`,
    role: "reader",
    handle: outputFiles,
  },
  {
    name: "jobs-remote-login",
    method: "POST",
    alsoMethod: "GET",
    route: `${routeOf("job")}/listRemoteLoginInformation`,
    role: "submitter",
    handle: remoteLogin,
  },
];

async function outputFiles(request: ApiRequest, services: Services) {
  const directoryId = request.query("outputdirectoryid");
  if (directoryId === undefined || directoryId === "")
    throw new AppError(
      "InvalidQueryParameter",
      "outputdirectoryid: is required, expected an id of the job's outputDirectories or 'stdouterr'.",
      { target: "outputdirectoryid" },
    );
  const asked = { directoryId, ...listingOf(request) };
  const files = await listOutputFiles(services, requestedRef(request, "job"), asked);
  return ok(pageBody(request, files, fileWire));
}

async function remoteLogin(request: ApiRequest, services: Services) {
  const page = pageRequest(request);
  const logins = await jobLogins(services, requestedRef(request, "job"));
  return ok(pageBody(request, pageOf(logins, page), (login) => login));
}
