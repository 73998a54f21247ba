// A place in storage, with the key that opens it.
import type { StorageLocation } from "../domain/shared/mount-location.ts";
import type { StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import { keyOf } from "./secrets.ts";

/** @throws AppError as `KeyVaults.read`. */
export async function withKey(services: Services, place: StorageLocation): Promise<StoragePlace> {
  const keys = await services.secrets.get(place.secretOwner);
  return { ...place, accountKey: await keyOf(services, keys, place) };
}
