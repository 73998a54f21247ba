// Files of tasks and nodes. A ranged read answers 200, not 206: the genuine clients accept nothing else. Source: "File"
// operations of the REST reference.
import { Readable } from "node:stream";
import { filesCleanedUp } from "../service/runs/folder-removal.ts";
import { BatchFault } from "../service/account/fault.ts";
import { findJob } from "../service/jobs/job-commands.ts";
import { taskDirectory } from "../service/launches/node-layout.ts";
import { nodeFolders } from "../service/ports/node-disk.ts";
import { deleteFile, fileInfo, listFiles, readStream } from "../service/nodes/node-files.ts";
import type { FileEntry, FileRoot } from "../service/nodes/node-files.ts";
import { findNode, findPool } from "../service/pools/pool-commands.ts";
import { findTask } from "../service/tasks/task-commands.ts";
import { filterOf, isoTime, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { parseFilter } from "./filter-syntax.ts";
import type { FilterNode } from "./filter-syntax.ts";
import { nextLink, pageSize } from "./listing.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Route, WireReply } from "./wire.ts";

type RootOf = (call: Call) => FileRoot;

/** The folder of a task on the node where it runs or ran. */
function taskRoot(call: Call): FileRoot {
  const task = findTask(findJob(call.account, param(call, "jobId")), param(call, "taskId"));
  const place = task.execution?.place;
  if (filesCleanedUp(task))
    throw new BatchFault(
      409,
      "TaskFilesCleanedup",
      "The files of the task were cleaned up after its retention time.",
    );
  const node =
    place && call.account.pools.get(place.poolId.toLowerCase())?.nodes.get(place.nodeId.toLowerCase());
  if (node === undefined)
    throw new BatchFault(
      409,
      "TaskFilesUnavailable",
      "The task files are unavailable: it has no node, or the node is gone.",
    );
  return { path: taskDirectory(node, task) };
}

function nodeRoot(call: Call): FileRoot {
  const node = findNode(findPool(call.account, param(call, "poolId")), param(call, "nodeId"));
  if (node.bootedAt === undefined) throw new BatchFault(409, "NodeNotReady", "The node has not started yet.");
  return { path: node.root, only: nodeFolders };
}

const contentType = (name: string) =>
  /\.(txt|log|sh|py|csv|md)$/i.test(name) ? "text/plain" : "application/octet-stream";

/** The url of a file, its path percent-encoded as a whole. */
const fileUrl = (call: Call, name: string) => {
  const base = call.request.rawPath.replace(/(\/files)\/.*$/, "$1");
  return `${call.request.baseUrl}${base}/${encodeURIComponent(name)}`;
};

function fileHeaders(call: Call, entry: FileEntry): Record<string, string> {
  return {
    "ocp-batch-file-isdirectory": entry.isDirectory ? "True" : "False",
    "ocp-batch-file-mode": `0o${entry.mode.toString(8)}`,
    "ocp-batch-file-url": encodeURIComponent(fileUrl(call, entry.name)),
    "ocp-creation-time": new Date(entry.createdAt).toUTCString(),
    "last-modified": new Date(entry.modifiedAt).toUTCString(),
    "content-type": contentType(entry.name),
  };
}

function checkModified(call: Call, entry: FileEntry): void {
  const since = Date.parse(String(call.request.headers["if-modified-since"] ?? ""));
  const until = Date.parse(String(call.request.headers["if-unmodified-since"] ?? ""));
  const modified = Math.floor(entry.modifiedAt / 1000) * 1000;
  if (modified <= since) throw new BatchFault(304, "ConditionNotMet", "The file was not modified.");
  if (modified > until)
    throw new BatchFault(
      412,
      "ConditionNotMet",
      "The condition specified using HTTP conditional header(s) is not met.",
    );
}

/** First and last byte of the requested range; the whole file when none is asked for. */
function rangeOf(call: Call, size: number): [number, number] {
  const text = call.request.headers["ocp-range"] ?? call.request.headers["range"];
  if (text === undefined) return [0, size - 1];
  const match = /^bytes=(\d*)-(\d*)$/.exec(String(text).trim());
  const invalid = () =>
    new BatchFault(
      416,
      "InvalidRange",
      "The range specified is invalid for the current size of the resource.",
    );
  if (match === null || (match[1] === "" && match[2] === "")) throw invalid();
  const [from, to] = [match[1] ?? "", match[2] ?? ""];
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end || start >= size) throw invalid();
  return [start, end];
}

const isDirectoryFault = () =>
  new BatchFault(409, "OperationNotValidOnDirectory", "The file operation is not valid on a directory.");

async function download(call: Call, root: FileRoot): Promise<WireReply> {
  const entry = await fileInfo(root, param(call, "filePath"));
  if (entry.isDirectory) throw isDirectoryFault();
  checkModified(call, entry);
  const [start, end] = rangeOf(call, entry.sizeBytes);
  const headers = { ...fileHeaders(call, entry), "content-length": String(end - start + 1) };
  const body = end < start ? Readable.from([]) : await readStream(entry.path, { start, end });
  return { status: 200, headers, body };
}

async function properties(call: Call, root: FileRoot): Promise<WireReply> {
  const entry = await fileInfo(root, param(call, "filePath"));
  checkModified(call, entry);
  return empty(200, {
    ...fileHeaders(call, entry),
    "content-length": String(entry.isDirectory ? 0 : entry.sizeBytes),
  });
}

const fileFields: FieldTable<FileEntry> = {
  name: value((entry) => entry.name),
  url: value((entry, { call }) => fileUrl(call, entry.name)),
  isDirectory: value((entry) => entry.isDirectory),
  properties: value((entry) =>
    entry.isDirectory
      ? undefined
      : {
          creationTime: isoTime(entry.createdAt),
          lastModified: isoTime(entry.modifiedAt),
          contentLength: String(entry.sizeBytes),
          contentType: contentType(entry.name),
          fileMode: `0o${entry.mode.toString(8)}`,
        },
  ),
};

/** A literal prefix that every match must have, so that only that part of the tree is read. */
function prefixOf(node: FilterNode | undefined): string {
  if (node?.kind === "startswith" && node.path === "name") return node.prefix;
  return "";
}

async function list(call: Call, root: FileRoot): Promise<WireReply> {
  const size = pageSize(call);
  const accept = filterOf(call, fileFields, parseFilter, new Set(["name"]));
  const filter = call.request.query.get("$filter");
  const recursive = call.request.query.get("recursive")?.toLowerCase() === "true";
  const entries = await listFiles(root, recursive, filter ? prefixOf(parseFilter(filter)) : "");
  const after = call.request.query.get("$skiptoken");
  const rest = entries.filter(
    (entry) => (after === undefined || entry.name > after) && (accept?.(entry) ?? true),
  );
  const page = rest.slice(0, size);
  const context = { baseUrl: call.request.baseUrl, call };
  const shapes = page.map((entry) =>
    Object.fromEntries(Object.entries(fileFields).map(([name, field]) => [name, field.get(entry, context)])),
  );
  return json(200, {
    "odata.metadata": `${call.request.baseUrl}/$metadata#files`,
    value: shapes,
    ...(rest.length > size ? { "odata.nextLink": nextLink(call, page.at(-1)?.name ?? "") } : {}),
  });
}

function routesFor(kind: "Task" | "ComputeNode", base: string, root: RootOf): Route[] {
  const one = `${base}/files/{*filePath}`;
  return [
    {
      operation: `File_ListFrom${kind}`,
      method: "GET",
      path: `${base}/files`,
      handle: (call) => list(call, root(call)),
    },
    {
      operation: `File_GetFrom${kind}`,
      method: "GET",
      path: one,
      handle: (call) => download(call, root(call)),
    },
    {
      operation: `File_GetPropertiesFrom${kind}`,
      method: "HEAD",
      path: one,
      handle: (call) => properties(call, root(call)),
    },
    {
      operation: `File_DeleteFrom${kind}`,
      method: "DELETE",
      path: one,
      async handle(call) {
        const recursive = call.request.query.get("recursive")?.toLowerCase() === "true";
        await deleteFile(root(call), param(call, "filePath"), recursive);
        return empty(200);
      },
    },
  ];
}

export const fileRoutes: readonly Route[] = [
  ...routesFor("Task", "/jobs/{jobId}/tasks/{taskId}", taskRoot),
  ...routesFor("ComputeNode", "/pools/{poolId}/nodes/{nodeId}", nodeRoot),
];
