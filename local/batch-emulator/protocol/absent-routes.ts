// Operations that the service has and the emulator has not: an explicit 501 instead of a misleading 404.
import { operations } from "../operations.ts";
import { notEmulated } from "../service/account/fault.ts";
import type { Route } from "./wire.ts";

export function absentRoutes(plane: "data" | "management"): Route[] {
  return operations
    .filter((operation) => operation.plane === plane && operation.standing === "absent")
    .map(({ id, method, path, note }) => ({
      operation: id,
      method,
      path,
      handle() {
        throw notEmulated(`${id}${note === undefined ? "" : ` (${note})`}`);
      },
    }));
}
