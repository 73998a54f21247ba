// The folder behind an NFS source, in the words of mount.nfs where there is none. Invariant: nothing outside of the export is reached.
import { realpath, stat } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import type { ExportedAt, NfsRequest } from "./index.ts";

/** What machines export (their setup script is the service's, which exports this path). */
const exportPath = "/data";

/** @throws Error */
export async function exportedFolder(
  { source, subnetId }: Pick<NfsRequest, "source" | "subnetId">,
  exported: ExportedAt | undefined,
): Promise<string> {
  const [, address = "", asked = ""] = /^([^:/\s]+):(\/.*)$/.exec(source) ?? [];
  if (asked === "") throw new Error(`mount.nfs: '${source}' is no address and path`);
  // A server resolves the path before it looks whether it exports that.
  const path = posix.normalize(asked);
  const found = exported?.(address, subnetId);
  if (found?.kind !== "folder")
    throw new Error(
      `mount.nfs: Connection timed out: no file server answers at ${address} in the network of this node`,
    );
  if (path !== exportPath && !path.startsWith(`${exportPath}/`))
    throw new Error(`mount.nfs: access denied by server while mounting ${source}`);
  const root = await realpath(found.folder);
  const folder = await realpath(join(root, path.slice(exportPath.length))).catch(() => undefined);
  const isFolder = folder !== undefined && (await stat(folder)).isDirectory();
  if (!isFolder || !`${folder}${sep}`.startsWith(`${root}${sep}`))
    throw new Error(
      `mount.nfs: mounting ${source} failed, reason given by server: No such file or directory`,
    );
  return folder;
}
