// User-assigned managed identities: a cluster's nodes have some, and mounts are made in the name of one of them, without a key.
import { z } from "zod";
import { AppError } from "./errors.ts";

const error =
  "expected the ARM id of a user-assigned identity: /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}";
const pattern =
  /^\/subscriptions\/[^/\s']+\/resourceGroups\/[^/\s']+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[\w-]{3,128}$/i;
const identityId = () => z.string({ error }).max(1024, { error }).regex(pattern, { error });

/** As Azure Batch names one. */
export const IdentityReference = z.object({ resourceId: identityId() });

export const NodeIdentities = z
  .array(z.object({ id: identityId() }))
  .max(20, { error: "expected at most 20 identities" })
  .refine((all) => new Set(all.map(({ id }) => id.toLowerCase())).size === all.length, {
    error: "expected each identity once",
  });
export type NodeIdentities = z.infer<typeof NodeIdentities>;

interface Mount {
  readonly identityReference?: z.infer<typeof IdentityReference> | undefined;
}

/**
 * @param cluster whose nodes mount.
 * @param at member path of the mounts.
 * @throws AppError InvalidRequest that names the identity that the nodes lack.
 */
export function checkIdentities(
  mounts: readonly Mount[],
  cluster: { readonly name: string; readonly identities: NodeIdentities | undefined },
  at: string,
): void {
  for (const [index, { identityReference }] of mounts.entries()) {
    if (identityReference === undefined) continue;
    const wanted = identityReference.resourceId;
    const has = (cluster.identities ?? []).map(({ id }) => id);
    if (has.some((id) => id.toLowerCase() === wanted.toLowerCase())) continue;
    const target = `${at}[${index}].identityReference.resourceId`;
    throw new AppError(
      "InvalidRequest",
      `${target}: the nodes of cluster '${cluster.name}' do not have the identity ${wanted} (they have ${has.length === 0 ? "none" : has.join(", ")}); ` +
        "name it in nodeIdentities of the cluster, or mount with credentials",
      { target },
    );
  }
}
