// The folder behind an NFS source, of a file server or of Azure Files, in the words of mount.nfs where there is none. Invariant:
// nothing outside of the export is reached.
import { realpath, stat } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import type { ExportedAt, NfsRequest } from "./index.ts";

/** What machines export (their setup script is the service's, which exports this path). */
const exportPath = "/data";

/** @throws Error */
export async function exportedFolder(
  { source, subnetId }: Pick<NfsRequest, "source" | "subnetId">,
  served: NfsServers,
): Promise<string> {
  const [, address = "", asked = ""] = /^([^:/\s]+):(\/.*)$/.exec(source) ?? [];
  if (asked === "") throw new Error(`mount.nfs: '${source}' is no address and path`);
  // A server resolves the path before it looks whether it exports that.
  const path = posix.normalize(asked);
  const share = shareOf(source);
  if (share !== undefined) return shareFolder(source, share, subnetId, served);
  const found = served.exported?.(address, subnetId);
  // Packets that a group of rules drops are answered by nobody, and that is all a node can tell.
  if (found?.kind === "shut")
    throw new Error(
      `mount.nfs: Connection timed out: the network security group '${found.securityGroup}' does not let this node to ${address}`,
    );
  if (found?.kind !== "folder")
    throw new Error(
      `mount.nfs: Connection timed out: no file server answers at ${address} in the network of this node`,
    );
  if (path !== exportPath && !path.startsWith(`${exportPath}/`))
    throw new Error(`mount.nfs: access denied by server while mounting ${source}`);
  return within(source, found.folder, path.slice(exportPath.length));
}

export interface NfsServers {
  readonly exported?: ExportedAt | undefined;
  readonly accounts: readonly { readonly name: string }[];
  shareRoot(account: string, share: string): string | undefined;
  readonly shareProtocol?: ((account: string, share: string) => Promise<"SMB" | "NFS">) | undefined;
}

interface Share {
  readonly account: string;
  readonly share: string;
  readonly below: string;
}

/** `ACCOUNT.file.core.windows.net:/ACCOUNT/SHARE`, or a folder of it. */
export function shareOf(source: string): Share | undefined {
  const [, host = "", path = ""] = /^([a-z0-9]{3,24})\.file\.[a-z.]+:(\/.*)$/.exec(source) ?? [];
  if (host === "") return undefined;
  const [account = "", share = "", ...below] = posix.normalize(path).slice(1).split("/");
  return { account: account === host ? account : "", share, below: `/${below.join("/")}` };
}

/** Azure lets in who comes from a network that the account knows; of the local cloud's every account knows every one. */
async function shareFolder(
  source: string,
  { account, share, below }: Share,
  subnetId: string | undefined,
  served: NfsServers,
): Promise<string> {
  const [host = ""] = source.split(":");
  if (!served.accounts.some(({ name }) => host.startsWith(`${name}.`)))
    throw new Error(`mount.nfs: Failed to resolve server ${host}: Name or service not known`);
  const folder = served.shareRoot(account, share);
  const found = folder === undefined ? undefined : await stat(folder).catch(() => undefined);
  if (folder === undefined || !found?.isDirectory())
    throw new Error(
      `mount.nfs: mounting ${source} failed, reason given by server: No such file or directory`,
    );
  const speaksNfs = (await served.shareProtocol?.(account, share)) === "NFS";
  if (!speaksNfs || subnetId === undefined)
    throw new Error(
      `mount.nfs: access denied by server while mounting ${source}: ${speaksNfs ? "this node is in no virtual network" : "it is a share over SMB"}`,
    );
  return within(source, folder, below);
}

async function within(source: string, top: string, path: string): Promise<string> {
  const root = await realpath(top);
  const folder = await realpath(join(root, path)).catch(() => undefined);
  const isFolder = folder !== undefined && (await stat(folder)).isDirectory();
  if (!isFolder || !`${folder}${sep}`.startsWith(`${root}${sep}`))
    throw new Error(
      `mount.nfs: mounting ${source} failed, reason given by server: No such file or directory`,
    );
  return folder;
}
