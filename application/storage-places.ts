// A place in storage, with the key that opens it.
import type { StorageLocation } from "../domain/shared/mount-location.ts";
import type { StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import { secretValue } from "./secrets.ts";

export async function withKey(services: Services, place: StorageLocation): Promise<StoragePlace> {
  const keys = await services.secrets.get(place.secretOwner);
  const source = keys.get(place.accountKeySecret);
  const accountKey = source === undefined ? undefined : await secretValue(services, source);
  return { ...place, accountKey };
}
