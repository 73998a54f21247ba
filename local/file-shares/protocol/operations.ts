// Which operation a request asks for, and what authorization that needs. One row per operation of Azure Files that is
// served; everything else is refused by name. Rows are matched by method, `restype` and `comp`.
import { FileShareError } from "../service/errors.ts";
import type { ShareRequest } from "./request.ts";
import type { Need } from "./sas.ts";

export type OperationName =
  | "listShares"
  | "createShare"
  | "getShareProperties"
  | "setShareProperties"
  | "setShareMetadata"
  | "deleteShare"
  | "createDirectory"
  | "getDirectoryProperties"
  | "setDirectoryMetadata"
  | "deleteDirectory"
  | "listFilesAndDirectories"
  | "renameDirectory"
  | "createFile"
  | "getFile"
  | "getFileProperties"
  | "setFileProperties"
  | "setFileMetadata"
  | "putRange"
  | "listRanges"
  | "renameFile"
  | "deleteFile";

export interface Operation extends Need {
  readonly name: OperationName;
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly restype: "share" | "directory" | "";
  readonly comp: string;
}

type Row = readonly [
  Operation["name"],
  Operation["method"],
  Operation["restype"],
  comp: string,
  Need["level"],
  accountPermissions: string,
  servicePermissions?: string,
];

const rows: readonly Row[] = [
  ["listShares", "GET", "", "list", "service", "l"],
  ["createShare", "PUT", "share", "", "share", "cw"],
  ["getShareProperties", "GET", "share", "", "share", "r"],
  ["getShareProperties", "HEAD", "share", "", "share", "r"],
  ["setShareProperties", "PUT", "share", "properties", "share", "w"],
  ["setShareMetadata", "PUT", "share", "metadata", "share", "w"],
  ["deleteShare", "DELETE", "share", "", "share", "d"],
  ["createDirectory", "PUT", "directory", "", "object", "cw", "cw"],
  ["getDirectoryProperties", "GET", "directory", "", "object", "r", "r"],
  ["getDirectoryProperties", "HEAD", "directory", "", "object", "r", "r"],
  ["setDirectoryMetadata", "PUT", "directory", "metadata", "object", "w", "w"],
  ["deleteDirectory", "DELETE", "directory", "", "object", "d", "d"],
  ["listFilesAndDirectories", "GET", "directory", "list", "object", "l", "l"],
  ["renameDirectory", "PUT", "directory", "rename", "object", "w", "w"],
  ["createFile", "PUT", "", "", "object", "cw", "cw"],
  ["getFile", "GET", "", "", "object", "r", "r"],
  ["getFileProperties", "HEAD", "", "", "object", "r", "r"],
  ["setFileProperties", "PUT", "", "properties", "object", "w", "w"],
  ["setFileMetadata", "PUT", "", "metadata", "object", "w", "w"],
  ["putRange", "PUT", "", "range", "object", "w", "w"],
  ["listRanges", "GET", "", "rangelist", "object", "r", "r"],
  ["renameFile", "PUT", "", "rename", "object", "w", "w"],
  ["deleteFile", "DELETE", "", "", "object", "d", "d"],
];

export const operations: readonly Operation[] = rows.map(
  ([name, method, restype, comp, level, accountPermissions, servicePermissions]) => ({
    name,
    method,
    restype,
    comp,
    level,
    accountPermissions,
    ...(servicePermissions === undefined ? {} : { servicePermissions }),
  }),
);

/** Query parameters that change what an operation means and that no operation here knows. */
const refusedParameters = ["sharesnapshot", "prevsharesnapshot", "snapshot", "handleid"];

export function operationOf(request: ShareRequest): Operation {
  const restype = request.query.get("restype") ?? "";
  const comp = request.query.get("comp") ?? "";
  for (const name of refusedParameters)
    if ((request.query.get(name) ?? "") !== "")
      throw new FileShareError("FeatureNotSupported", `The parameter '${name}' is not served.`);
  const found = operations.find(
    (one) =>
      one.method === request.method &&
      one.restype === restype.toLowerCase() &&
      one.comp === comp.toLowerCase() &&
      fits(one, request),
  );
  if (found !== undefined) return found;
  if (!["GET", "HEAD", "PUT", "DELETE"].includes(request.method))
    throw new FileShareError("UnsupportedHttpVerb");
  if (request.place === undefined && restype === "" && comp === "") throw new FileShareError("InvalidUri");
  throw new FileShareError(
    "FeatureNotSupported",
    `${request.method} with restype='${restype}' and comp='${comp}' is not served here.`,
  );
}

/** Account operations have no share in their path, share operations no path below it, file operations one. */
function fits(operation: Operation, { place }: ShareRequest): boolean {
  if (operation.level === "service") return place === undefined;
  if (place === undefined) return false;
  if (operation.level === "share") return place.segments.length === 0;
  return operation.restype === "directory" || place.segments.length > 0;
}
