// What to do about one name, given what it is on disk, in storage, and what both were when last known equal. Pure: the
// whole policy of the sync is this table. When both sides changed, the later change wins, as when both had gone straight to
// storage; a change always wins over a deletion, so that nothing that was written gets lost.
import type { RemoteBlob } from "./remote-container.ts";

/** What a name is on disk. `stamp` changes whenever the content may have changed. */
export interface LocalState {
  readonly kind: "file" | "directory";
  readonly sizeBytes: number;
  readonly stamp: string;
  readonly modifiedAtMs: number;
}

/** What a name was when disk and storage were last known equal. `etag` "" for a directory without a blob of its own. */
export interface KnownState {
  readonly kind: "file" | "directory";
  readonly stamp: string;
  readonly etag: string;
}

export type Decision =
  | { readonly do: "nothing" }
  /** Equal by their marks, or absent on both sides: only what is known must follow. */
  | { readonly do: "note" }
  | {
      readonly do:
        "upload" | "download" | "removeRemote" | "removeLocal" | "makeRemoteDirectory" | "makeLocalDirectory";
    }
  /** Changed on both sides (or nothing is known): compare the contents; if they differ, the later one goes over. */
  | { readonly do: "compare" };

export function decide(
  local: LocalState | undefined,
  remote: RemoteBlob | undefined,
  known: KnownState | undefined,
  remoteChildren: boolean,
): Decision {
  if (local?.kind === "directory") return decideDirectory(remote, known, remoteChildren);
  if (local === undefined && (remote?.isDirectory ?? false)) {
    return {
      do: known?.kind === "directory" && known.etag === remote?.etag ? "removeRemote" : "makeLocalDirectory",
    };
  }
  if (local === undefined) return decideAbsent(remote, known, remoteChildren);
  return decideFile(local, remote, known);
}

function decideAbsent(
  remote: RemoteBlob | undefined,
  known: KnownState | undefined,
  remoteChildren: boolean,
): Decision {
  if (remote === undefined) return { do: known === undefined ? "nothing" : "note" };
  // A blob beside blobs "below" it has no place on disk: the name is a directory there.
  if (remoteChildren) return { do: "nothing" };
  return { do: known?.kind === "file" && known.etag === remote.etag ? "removeRemote" : "download" };
}

function decideDirectory(
  remote: RemoteBlob | undefined,
  known: KnownState | undefined,
  remoteChildren: boolean,
): Decision {
  if (remote !== undefined && !remote.isDirectory) {
    const wasFile = known?.kind === "file" && known.etag === remote.etag;
    return { do: wasFile ? "makeRemoteDirectory" : "nothing" };
  }
  if (remote !== undefined) return { do: known?.etag === remote.etag ? "nothing" : "note" };
  if (known?.kind === "directory" && known.etag !== "") return { do: "removeLocal" };
  // Directories that downloads made are known; an unknown one was made on disk, and gets a marker as under blobfuse.
  return { do: remoteChildren && known !== undefined ? "nothing" : "makeRemoteDirectory" };
}

function decideFile(
  local: LocalState,
  remote: RemoteBlob | undefined,
  known: KnownState | undefined,
): Decision {
  const localSame = known?.kind === "file" && known.stamp === local.stamp;
  if (remote === undefined) return { do: localSame ? "removeLocal" : "upload" };
  if (remote.isDirectory) return { do: "upload" };
  const remoteSame = known?.etag === remote.etag;
  if (localSame) return { do: remoteSame ? "nothing" : "download" };
  return { do: remoteSame ? "upload" : "compare" };
}
