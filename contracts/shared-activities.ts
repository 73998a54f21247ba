// Activities about more than one kind of resource.
import { z } from "zod";
import { contract } from "./contract.ts";
import { ParentIdentity } from "./refs.ts";

/**
 * Deletes what is inside a workspace or experiment, or starts that; `remaining` counts what was still there, `progress` says that
 * some of it went or was told to go.
 */
export const deleteChildren = contract(
  "deleteChildren",
  z.object({ parent: ParentIdentity, actor: z.string() }),
  z.object({ remaining: z.int(), progress: z.boolean().optional() }),
);

export const removeParent = contract(
  "removeParent",
  z.object({ parent: ParentIdentity, operationId: z.string(), actor: z.string() }),
  z.undefined(),
);

export const failOperation = contract(
  "failOperation",
  z.object({ operationId: z.string(), code: z.string(), message: z.string() }),
  z.undefined(),
);
