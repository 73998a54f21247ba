// What happens to the role assignments of one workspace or experiment. Pure; the caller writes.
import { AppError } from "../shared/errors.ts";
import type { RoleAssignment, RoleAssignmentRequest } from "./assignment.ts";

/** So many are a small part of what a document may hold; groups serve more people. */
export const mostAssignments = 200;

export interface Assigning {
  readonly name: string;
  readonly properties: RoleAssignmentRequest["properties"];
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * With one more; asking twice for the same is asking once.
 * @throws AppError Conflict when the name is another assignment's, or the principal has the role already; OperationNotAllowed
 * when there are as many as there may be.
 */
export function withAssignment(
  before: readonly RoleAssignment[],
  { name, properties, by, at }: Assigning,
): readonly RoleAssignment[] {
  const asked = { ...properties, principalId: properties.principalId.toLowerCase() };
  const same = (other: RoleAssignment) =>
    other.principalId === asked.principalId &&
    other.principalType === asked.principalType &&
    other.role === asked.role;
  const named = before.find((each) => isNamed(each, name));
  if (named !== undefined) {
    if (same(named)) return before;
    throw new AppError(
      "Conflict",
      `The role assignment '${named.name}' is ${described(named)}: an assignment does not change. Delete it first, or choose another name.`,
    );
  }
  const known = before.find(same);
  if (known !== undefined)
    throw new AppError("Conflict", `${described(known)} already, by the role assignment '${known.name}'.`);
  if (before.length >= mostAssignments)
    throw new AppError(
      "OperationNotAllowed",
      `There are ${mostAssignments} role assignments here, and no more are allowed: assign roles to groups.`,
    );
  return [...before, { name, ...asked, createdBy: by, creationTime: at }];
}

export function withoutAssignment(
  before: readonly RoleAssignment[],
  name: string,
): readonly RoleAssignment[] {
  return before.some((each) => isNamed(each, name)) ? before.filter((each) => !isNamed(each, name)) : before;
}

export function isNamed(assignment: RoleAssignment, name: string): boolean {
  return assignment.name.toLowerCase() === name.toLowerCase();
}

/** `'submitter' of group 5c0…` */
export function described({ role, principalType, principalId }: Omit<RoleAssignment, "name">): string {
  const words = { User: "user", Group: "group", ServicePrincipal: "service principal" } as const;
  return `'${role}' of ${words[principalType]} ${principalId}`;
}
