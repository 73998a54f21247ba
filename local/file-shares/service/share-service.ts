// What the operations of Azure Files mean, over plain folders. Knows nothing of HTTP. Invariant: every answer is read
// from the disk at the moment of asking, so that a file that a job is appending to shows its true length at once.
import type { ShareFolders } from "../store/share-folders.ts";
import type { ShareMetadata } from "../store/share-metadata.ts";
import { directoryOperations } from "./directory-operations.ts";
import { fileOperations } from "./file-operations.ts";
import { createShareContext } from "./share-context.ts";
import type { Place, ShareService } from "./model.ts";
import { shareOperations } from "./share-operations.ts";

export function createShareService(
  folders: ShareFolders,
  metadataOf: (place: Place) => ShareMetadata,
  isFileStorage: (account: string) => boolean,
): ShareService {
  const context = createShareContext(folders, metadataOf, isFileStorage);
  return { ...shareOperations(context), ...directoryOperations(context), ...fileOperations(context) };
}
