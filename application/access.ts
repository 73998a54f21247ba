// Which roles somebody holds on a resource: the token's app roles, and what is assigned on the workspace and the experiment that
// it stands in. What was assigned is known for a few seconds, so that whoever asks often costs no read each time: an
// assignment that is taken away may count so much longer, elsewhere than where it was taken away.
import { scopeKinds } from "../domain/access/assignment.ts";
import type { RoleAssignment, ScopeKind } from "../domain/access/assignment.ts";
import { groupsThatMatter, held } from "../domain/access/held.ts";
import type { Held, Who } from "../domain/access/held.ts";
import type { ResourceKind } from "../domain/resources.ts";
import { AppError } from "../domain/shared/errors.ts";
import { formatId, idKey, parentOf, sameId, workspaceOf } from "../domain/shared/resource-id.ts";
import type { ClusterRef, RefOf, ResourceRef } from "../domain/shared/resource-id.ts";
import { isAllowed } from "../domain/shared/roles.ts";
import type { Role } from "../domain/shared/roles.ts";
import type { Services } from "../services/services.ts";
import { remembered } from "./remembered.ts";
import type { Remembered } from "./remembered.ts";

type Scope = RefOf<ScopeKind>;
type Reading = Pick<Services, "state" | "clock">;

const knownMs = 5_000;
const byState = new WeakMap<Services["state"], Remembered<readonly RoleAssignment[]>>();

/** Roles on a resource, which need not be there. At most one read for each thing that roles are assigned on. */
export async function heldOn(services: Reading, who: Who, ref: RefOf<ResourceKind>): Promise<Held> {
  return held(who, await assignedOn(services, ref));
}

/** @throws AppError AuthorizationFailed. Who may everywhere costs no read. */
export async function demandRole(
  services: Reading,
  who: Who,
  needed: Role,
  ref: RefOf<ResourceKind> | undefined,
): Promise<void> {
  if (isAllowed(who.roles, needed)) return;
  const found = ref === undefined ? held(who, []) : await heldOn(services, who, ref);
  if (!isAllowed(found.roles, needed)) throw refusal(who, found, needed, ref);
}

/**
 * Jobs of a workspace use its clusters; those of another one need a role there.
 * @param who absent for the service itself, whose work was allowed when it was asked for.
 * @throws AppError AuthorizationFailed
 */
export async function demandCluster(
  services: Reading,
  who: Who | undefined,
  from: RefOf<ResourceKind>,
  cluster: ClusterRef,
): Promise<void> {
  if (who === undefined || sameId(workspaceOf(from), workspaceOf(cluster))) return;
  await demandRole(services, who, "submitter", cluster);
}

/** Those of somebody's groups that have a role on a resource: with these, and no token, it is asked again later. */
export async function groupsOn(
  services: Reading,
  who: Who,
  ref: RefOf<ResourceKind>,
): Promise<readonly string[]> {
  return who.groups.length === 0 ? [] : groupsThatMatter(who, await assignedOn(services, ref));
}

/** What is known of a scope is read anew: something was assigned, or it is another one of that name. */
export function forgetAssignments({ state }: Pick<Services, "state">, scope: Scope): void {
  byState.get(state)?.forget(idKey(scope));
}

function refusal(
  who: Who,
  { roles, isUncertain }: Held,
  needed: Role,
  ref: RefOf<ResourceKind> | undefined,
): AppError {
  const has = roles.length === 0 ? "no role" : `the roles ${roles.join(", ")}`;
  const where = ref === undefined ? "" : ` on ${formatId(ref)}`;
  return new AppError(
    "AuthorizationFailed",
    `The caller '${who.subject}' has ${has}${where}; this operation needs '${needed}'.${isUncertain ? ` ${overage}` : ""}`,
  );
}

/** What is to be done for somebody in too many groups. */
export const overage =
  "Roles of groups could not be looked at: the caller is in more groups than a token lists (200). Assign the role to the caller, or let the app registration list only groups that are assigned to it (groupMembershipClaims: ApplicationGroup).";

async function assignedOn(services: Reading, ref: RefOf<ResourceKind>): Promise<readonly RoleAssignment[]> {
  return (await Promise.all(scopesOf(ref).map((scope) => assignmentsOf(services, scope)))).flat();
}

/** What roles are assigned on, of a resource and of what it stands in. */
function scopesOf(ref: RefOf<ResourceKind>): readonly Scope[] {
  const line: ResourceRef[] = [];
  for (let at: ResourceRef | undefined = ref as ResourceRef; at !== undefined; at = parentOf(at))
    line.push(at);
  return line.filter((each): each is Extract<ResourceRef, { kind: ScopeKind }> =>
    scopeKinds.some((kind) => kind === each.kind),
  );
}

function assignmentsOf({ state, clock }: Reading, scope: Scope): Promise<readonly RoleAssignment[]> {
  const known = byState.get(state) ?? remembered(clock, knownMs);
  byState.set(state, known);
  return known.read(idKey(scope), async () => {
    const document = await state.of(scope.kind).get(scope);
    return document?.roleAssignments ?? [];
  });
}
