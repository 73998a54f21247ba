// Blob input and output bindings: one whole blob in, one whole blob out. A missing blob is `undefined` for the function; a missing
// container is created by an output, as the storage extension does.
import type { NamedBinding } from "../app/hosted-functions.ts";
import type { TypedData } from "../programming-model/rpc.ts";
import type { StorageClients } from "./storage-clients.ts";
import { toBytes } from "./typed-values.ts";

/** `container/name` → its two parts. Throws when there is no slash or a part is empty. */
export function splitBlobPath(path: string): { container: string; name: string } {
  const cut = path.indexOf("/");
  if (cut <= 0 || cut === path.length - 1) throw new Error(`the blob path '${path}' must be container/name`);
  return { container: path.slice(0, cut), name: path.slice(cut + 1) };
}

/** `path` has its expressions resolved. */
export async function readBlob(
  clients: StorageClients,
  binding: NamedBinding,
  path: string,
): Promise<TypedData> {
  const { container, name } = splitBlobPath(path);
  const blob = (await clients.blobs(binding["connection"])).getContainerClient(container).getBlobClient(name);
  try {
    return { bytes: await blob.downloadToBuffer() };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return {};
    throw error;
  }
}

export async function writeBlob(
  clients: StorageClients,
  binding: NamedBinding,
  path: string,
  value: TypedData,
): Promise<void> {
  const { container, name } = splitBlobPath(path);
  const client = (await clients.blobs(binding["connection"])).getContainerClient(container);
  const bytes = toBytes(value);
  const upload = () => client.getBlockBlobClient(name).uploadData(bytes);
  try {
    await upload();
  } catch (error) {
    if ((error as { code?: string }).code !== "ContainerNotFound") throw error;
    await client.createIfNotExists();
    await upload();
  }
}
