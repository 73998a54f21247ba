// The other place that a rename names, in a header: it is read, and so it is authorized as the target is.
import { FileShareError } from "../service/errors.ts";
import type { Place } from "../service/model.ts";
import { type ShareRequest, accountOfHost, decode, header, parseQuery } from "./request.ts";
import { type Need, checkSas } from "./sas.ts";

export interface RenameSource {
  readonly place: Place;
  /** The request as if it were for the source: with its place and its own signature. */
  readonly asked: ShareRequest;
}

export function renameSource(request: ShareRequest): RenameSource {
  const source = header(request, "x-ms-file-rename-source");
  if (source === undefined)
    throw new FileShareError("MissingRequiredHeader", "x-ms-file-rename-source is required.");
  if (!URL.canParse(source))
    throw new FileShareError("InvalidHeaderValue", "The rename source must be a URL.");
  const { hostname, pathname, search } = new URL(source);
  const host = accountOfHost(hostname);
  const parts = decode(pathname.slice(1)).split("/");
  const [account = "", share = "", ...segments] = host === undefined ? parts : [host, ...parts];
  if (account !== request.account)
    throw new FileShareError("InvalidHeaderValue", "The rename source lies in another account.");
  const place = { account, share, segments };
  return { place, asked: { ...request, place, ...parseQuery(search.slice(1)) } };
}

/** For a request whose target a signature opened. A signature of the whole share or account opens the source, too. */
export function checkRenameSas(request: ShareRequest, key: string, need: Need, nowMs: number): void {
  const { place, asked } = renameSource(request);
  if (asked.query.has("sig")) return checkSas(asked, key, need, nowMs);
  const opensAll = request.query.get("sr") !== "f" && place.share === request.place?.share;
  if (!opensAll)
    throw new FileShareError(
      "AuthorizationPermissionMismatch",
      "The signature is for the target alone: give the rename source one of its own.",
    );
}
