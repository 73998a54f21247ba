// Life of a file server: its machine is made once and never changed. `updating` is a word of the 2018 API that nothing
// leads to, because a file server has no PATCH.
import { move } from "../shared/transition.ts";
import type { FileServerState } from "./schema.ts";

export const fileServerStates = {
  creating: ["succeeded", "failed", "deleting"],
  updating: ["succeeded", "failed", "deleting"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<FileServerState, readonly FileServerState[]>;

export function nextFileServerState(
  from: FileServerState,
  to: FileServerState,
  name: string,
): FileServerState {
  return move(fileServerStates, from, to, `file server '${name}'`);
}
