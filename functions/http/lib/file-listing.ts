// Listings of files with links to read them: what is asked, and an entry on the wire.
import type { OutputQuery } from "../../../application/job-files.ts";
import type { OutputFile } from "../../../services/output-files.ts";
import { pageRequest, wholeParameter } from "./paging.ts";
import type { ApiRequest } from "./request.ts";

const minuteMs = 60_000;

export function listingOf(request: ApiRequest): Omit<OutputQuery, "directoryId"> {
  const page = pageRequest(request);
  const expiry = wholeParameter(request, "linkexpiryinminutes", { least: 5, most: 600, otherwise: 60 });
  return { directory: request.query("directory") ?? ".", linkLifetimeMs: expiry * minuteMs, page };
}

export function fileWire(file: OutputFile): object {
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
