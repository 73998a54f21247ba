// Activities about more than one kind of resource.
import { z } from "zod";
import { contract } from "./contract.ts";
import { ParentIdentity } from "./refs.ts";

/** Starts the deletion of everything inside a workspace or experiment; `remaining` counts what is still there. */
export const deleteChildren = contract(
  "deleteChildren",
  z.object({ parent: ParentIdentity, actor: z.string() }),
  z.object({ remaining: z.int() }),
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
