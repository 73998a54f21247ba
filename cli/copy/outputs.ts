// Files that a job wrote, by the links that the service gives: no key is needed.
import { Readable } from "node:stream";
import type { Client } from "../../client/client.ts";
import type { OutputFileResponse } from "../../domain/job/wire.ts";
import { joinPath } from "../../domain/shared/join-path.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import type { Context } from "../command.ts";
import { CommandError } from "../failure.ts";
import type { FoundFile, Source } from "./side.ts";

export interface OutputsAsked {
  readonly directoryId: string;
  readonly path: string;
}

export function sourceOutputs(
  client: Pick<Client, "jobs">,
  ref: JobRef,
  { directoryId, path }: OutputsAsked,
  send: Context["fetch"],
): Source {
  const listed = (folder: string) =>
    client.jobs.outputFiles(ref, { directoryId, folder: folder === "" ? "." : folder });
  async function* below(root: string, folder: string): AsyncGenerator<FoundFile> {
    for await (const file of listed(joinPath(root, folder))) {
      const name = joinPath(folder, file.name);
      if (file.fileType === "directory") yield* below(root, name);
      else yield found(file, name, send);
    }
  }
  return {
    async *files() {
      const at = path.lastIndexOf("/");
      if (path !== "")
        for await (const file of listed(at === -1 ? "" : path.slice(0, at))) {
          if (file.name !== path.slice(at + 1) || file.fileType !== "file") continue;
          yield found(file, "", send);
          return;
        }
      yield* below(path, "");
    },
  };
}

function found(file: OutputFileResponse, path: string, send: Context["fetch"]): FoundFile {
  return {
    path,
    sizeBytes: file.properties.contentLength ?? 0,
    async open() {
      const response = await send(file.downloadUrl ?? "");
      if (response.ok && response.body !== null) return Readable.fromWeb(response.body as ReadableStream);
      throw new CommandError(`${file.name} could not be read: storage answered ${response.status}.`);
    },
  };
}
