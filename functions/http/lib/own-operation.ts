// Operations of what 2018 did not know: they are in our own version of the API alone.
import { ownApiVersion } from "../../../domain/shared/api-versions.ts";
import type { Operation } from "./operation.ts";

/** @param noun begins the names of the operations. @param route begins their paths. */
export function ownOperations(noun: string, route: string) {
  return (
    name: string,
    method: Operation["method"],
    path: string,
    role: Operation["role"],
    handle: Operation["handle"],
  ): Operation => ({
    name: `${noun}-${name}`,
    method,
    route: `${route}${path}`,
    role,
    apiVersions: [ownApiVersion],
    handle,
  });
}
