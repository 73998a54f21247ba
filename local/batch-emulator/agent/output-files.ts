// Uploads what a task left behind, after its process ended: `filePattern` below the working directory, to a container
// whose URL carries a SAS (Azure Batch REST API, "OutputFile"). Says what it did in fileuploadout.txt / fileuploaderr.txt.
import { appendFile, readdir } from "node:fs/promises";
import { join, posix, relative, resolve } from "node:path";
import picomatch from "picomatch";
import { urlFor, type StorageAccess } from "./storage-access.ts";
import type { LaunchFailure, OutputFile } from "./executor.ts";

export interface OutputUpload {
  readonly taskDirectory: string;
  readonly workingDirectory: string;
  /** Patterns with their variables expanded, see `expandPattern`. */
  readonly outputFiles: readonly OutputFile[];
}

/** Replaces `$NAME` and `${NAME}` by the task's environment; unknown names by nothing, as a shell would. */
export function expandPattern(pattern: string, environment: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    (_, braced: string | undefined, bare: string | undefined) => environment[braced ?? bare ?? ""] ?? "",
  );
}

/** The first failure, after every upload was tried. */
export async function uploadOutputFiles(
  task: OutputUpload,
  exitCode: number,
  storage?: StorageAccess,
): Promise<LaunchFailure | undefined> {
  let first: LaunchFailure | undefined;
  for (const output of task.outputFiles) {
    if (output.uploadCondition === "tasksuccess" && exitCode !== 0) continue;
    if (output.uploadCondition === "taskfailure" && exitCode === 0) continue;
    const failure = await uploadOne(task, output, storage);
    first ??= failure;
  }
  return first;
}

async function uploadOne(
  task: OutputUpload,
  output: OutputFile,
  storage: StorageAccess | undefined,
): Promise<LaunchFailure | undefined> {
  const say = (file: "fileuploadout.txt" | "fileuploaderr.txt", line: string) =>
    appendFile(join(task.taskDirectory, file), `${line}\n`);
  const files = await matchingFiles(task.workingDirectory, output.filePattern);
  if (files.length === 0) await say("fileuploadout.txt", `No file matches ${output.filePattern}.`);
  for (const file of files) {
    const name = blobName(file, output);
    try {
      await upload(file.path, name, output, storage);
      await say("fileuploadout.txt", `Uploaded ${file.path} as ${name}.`);
    } catch (error) {
      const failure = uploadFailure(error, file.path);
      await say("fileuploaderr.txt", `${file.path}: ${failure.code}: ${failure.message}`);
      return failure;
    }
  }
  return undefined;
}

interface FoundFile {
  readonly path: string;
  /** Below the part of the pattern that has no wildcard, with `/`. */
  readonly name: string;
}

/** Wildcards as Azure Batch has them: `*`, `**`, `?`, `[abc]`, `[!abc]`; a leading dot must be spelt out. */
export async function matchingFiles(directory: string, pattern: string): Promise<FoundFile[]> {
  const { base, glob } = picomatch.scan(pattern.replaceAll("[!", "[^"));
  if (glob === "") {
    const path = resolve(directory, pattern);
    const siblings = await filesOf(resolve(path, ".."), false);
    return siblings.includes(path) ? [{ path, name: posix.basename(path) }] : [];
  }
  const root = resolve(directory, base);
  const matches = picomatch(glob, { nobrace: true, noextglob: true });
  const deep = glob.includes("/") || glob.includes("**");
  const found = (await filesOf(root, deep)).map((path) => ({ path, name: relative(root, path) }));
  return found.filter(({ name }) => matches(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Regular files; links are not followed. */
async function filesOf(directory: string, deep: boolean): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true, recursive: deep });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function blobName(file: FoundFile, output: OutputFile): string {
  const hasWildcard = picomatch.scan(output.filePattern.replaceAll("[!", "[^")).glob !== "";
  if (!hasWildcard) return output.path ?? file.name;
  return output.path ? posix.join(output.path, file.name) : file.name;
}

async function upload(
  path: string,
  name: string,
  output: OutputFile,
  storage: StorageAccess | undefined,
): Promise<void> {
  const { ContainerClient } = await import("@azure/storage-blob");
  const url = await urlFor(output, output.containerUrl, "write", storage);
  const container = new ContainerClient(url, undefined, {
    retryOptions: { maxTries: 3, retryDelayInMs: 200 },
  });
  const header = (wanted: string) =>
    output.uploadHeaders?.find((one) => one.name.toLowerCase() === wanted)?.value;
  const set = <Name extends string>(key: Name, wanted: string) => {
    const value = header(wanted);
    return (value === undefined ? {} : { [key]: value }) as Partial<Record<Name, string>>;
  };
  const metadata = (output.uploadHeaders ?? [])
    .filter((one) => /^x-ms-meta-/i.test(one.name))
    .map((one) => [one.name.slice("x-ms-meta-".length), one.value]);
  await container.getBlockBlobClient(name).uploadFile(path, {
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) as Record<string, string> }),
    ...set("tier", "x-ms-access-tier"),
    blobHTTPHeaders: {
      ...set("blobContentType", "x-ms-blob-content-type"),
      ...set("blobContentEncoding", "x-ms-blob-content-encoding"),
      ...set("blobContentLanguage", "x-ms-blob-content-language"),
      ...set("blobContentDisposition", "x-ms-blob-content-disposition"),
      ...set("blobCacheControl", "x-ms-blob-cache-control"),
    },
  });
}

function uploadFailure(error: unknown, path: string): LaunchFailure {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const details = [{ name: "FilePath", value: path }];
  if (status === 404)
    return {
      category: "UserError",
      code: "FileUploadContainerNotFound",
      message: "The specified Azure Blob container does not exist.",
      details,
    };
  if (status === 401 || status === 403)
    return {
      category: "UserError",
      code: "FileUploadAccessDenied",
      message: "Access to the specified Azure Blob container is denied.",
      details,
    };
  return {
    category: "UserError",
    code: "FileUploadMiscError",
    message: `A file could not be uploaded: ${typeof code === "string" ? code : "the storage service failed"}.`,
    details,
  };
}
