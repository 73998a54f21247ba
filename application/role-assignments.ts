// What can be done with the roles on a workspace or an experiment: assign, show, list, take away. Each change is an event of what it
// is about.
import type { RoleAssignment, RoleAssignmentRequest, ScopeKind } from "../domain/access/assignment.ts";
import { isNamed, described, withAssignment, withoutAssignment } from "../domain/access/rules.ts";
import type { DocumentOf } from "../domain/kinds.ts";
import { AppError } from "../domain/shared/errors.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { timestamp } from "../services/clock.ts";
import type { Services } from "../services/services.ts";
import { forgetAssignments } from "./access.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { existing, open } from "./existing.ts";

type Scope = RefOf<ScopeKind>;

export async function assignRole(
  services: Services,
  caller: Caller,
  scope: Scope,
  name: string,
  { properties }: RoleAssignmentRequest,
): Promise<RoleAssignment> {
  await open(services, scope);
  const assigning = { name, properties, by: caller.actor, at: timestamp(services.clock) };
  const next = (before: readonly RoleAssignment[]) => withAssignment(before, assigning);
  const after = await change(services, caller, scope, next, "assigned");
  const made = after.find((each) => isNamed(each, name));
  if (made === undefined) throw new Error(`The role assignment '${name}' was not kept.`);
  return made;
}

/** @returns what was taken away; undefined when there was nothing of that name. */
export async function unassignRole(
  services: Services,
  caller: Caller,
  scope: Scope,
  name: string,
): Promise<RoleAssignment | undefined> {
  const before = (await existing(services, scope)).roleAssignments ?? [];
  const found = before.find((each) => isNamed(each, name));
  if (found === undefined) return undefined;
  await change(services, caller, scope, (current) => withoutAssignment(current, name), "taken away");
  return found;
}

export async function roleAssignments(services: Services, scope: Scope): Promise<readonly RoleAssignment[]> {
  return (await existing(services, scope)).roleAssignments ?? [];
}

/** @throws AppError RoleAssignmentNotFound */
export async function roleAssignment(
  services: Services,
  scope: Scope,
  name: string,
): Promise<RoleAssignment> {
  const found = (await roleAssignments(services, scope)).find((each) => isNamed(each, name));
  if (found !== undefined) return found;
  throw new AppError("RoleAssignmentNotFound", `${formatId(scope)} has no role assignment '${name}'.`);
}

async function change(
  services: Services,
  caller: Caller,
  scope: Scope,
  next: (before: readonly RoleAssignment[]) => readonly RoleAssignment[],
  done: "assigned" | "taken away",
): Promise<readonly RoleAssignment[]> {
  type Document = DocumentOf<ScopeKind>;
  const of = ({ roleAssignments: known = [] }: Document) => known;
  const changed = await services.state.of<ScopeKind>(scope.kind).update(
    scope,
    (current) => {
      const after = next(of(current));
      return after === of(current) ? current : { ...current, roleAssignments: [...after] };
    },
    (before, after) => {
      const [fewer, more] = done === "assigned" ? [of(before), of(after)] : [of(after), of(before)];
      const moved = more.filter((each) => !fewer.some(({ name }) => name === each.name));
      const what = moved.map((each) => `${described(each)} ('${each.name}')`).join(", ");
      return changeBy(services, caller, `role ${what} ${done}`);
    },
  );
  forgetAssignments(services, scope);
  return changed === undefined ? [] : of(changed);
}
