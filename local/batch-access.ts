// Who may act on the Batch account of a local cloud, as role assignments decide in Azure: the app's managed identity, and
// administrators. A role of the API is none here, a pool's identity has no assignment, and a token is good for the
// service that it was issued for.
import type { BatchPlane, BatchVerdict } from "./batch-emulator/protocol/bearer.ts";
import { appIdentity, isIssuedFor } from "./identity/index.ts";
import type { LocalIdentity, TokenHolder } from "./identity/index.ts";

const management = ["https://management.azure.com", "https://management.core.windows.net"];
const data = ["https://batch.core.windows.net"];
const audiences: Record<BatchPlane, readonly string[]> = {
  management,
  data,
  own: [...management, ...data],
};

/** Audiences of a token for everything that one emulator serves. */
export const allBatchAudiences = [`${management[0]}/`, `${data[0]}/`];

export function batchAccess(
  identity: Pick<LocalIdentity, "verify">,
): (token: string, plane: BatchPlane) => Promise<BatchVerdict> {
  return async (token, plane) => {
    const holder = await identity.verify(token);
    if (holder === undefined) return "unknown";
    const fits = audiences[plane].some((audience) => isIssuedFor(holder, audience));
    if (!fits) return "unknown";
    return isEntitled(holder) ? "allowed" : "forbidden";
  };
}

function isEntitled({ subject, roles }: TokenHolder): boolean {
  return subject === appIdentity || roles.includes("admin");
}
