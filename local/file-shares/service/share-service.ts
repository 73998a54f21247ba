// What the operations of Azure Files mean, over plain folders. Knows nothing of HTTP. Invariant: every answer is read
// from the disk at the moment of asking, so that a file that a job is appending to shows its true length at once.
import type { ShareFolders } from "../store/share-folders.ts";
import type { ShareNotes } from "../store/share-notes.ts";
import { directoryOperations } from "./directory-operations.ts";
import { fileOperations } from "./file-operations.ts";
import { createGround } from "./ground.ts";
import type { Place, ShareService } from "./model.ts";
import { shareOperations } from "./share-operations.ts";

export function createShareService(
  folders: ShareFolders,
  notesOf: (place: Place) => ShareNotes,
): ShareService {
  const ground = createGround(folders, notesOf);
  return { ...shareOperations(ground), ...directoryOperations(ground), ...fileOperations(ground) };
}
