// Which roles somebody holds: those of the token, and those assigned to the caller or to a group of the caller's.
import type { Role } from "../shared/roles.ts";
import type { RoleAssignment } from "./assignment.ts";

export interface Who {
  /** Object id. */
  readonly subject: string;
  /** App roles: they hold everywhere. */
  readonly roles: readonly Role[];
  /** Object ids, as the token lists them. */
  readonly groups: readonly string[];
  /** The caller is in more groups than a token lists. */
  readonly groupsLeftOut?: boolean | undefined;
}

export interface Held {
  readonly roles: readonly Role[];
  /** A group's assignment may be the caller's, and nobody can tell. */
  readonly isUncertain: boolean;
}

export function held(who: Who, assignments: readonly RoleAssignment[]): Held {
  const subject = who.subject.toLowerCase();
  const groups = new Set(who.groups.map((group) => group.toLowerCase()));
  const isTheirs = ({ principalType, principalId }: RoleAssignment) =>
    principalType === "Group" ? groups.has(principalId) : principalId === subject;
  return {
    roles: [...new Set([...who.roles, ...assignments.filter(isTheirs).map(({ role }) => role)])],
    isUncertain:
      who.groupsLeftOut === true && assignments.some(({ principalType }) => principalType === "Group"),
  };
}

/** Those of somebody's groups that some assignment is about. */
export function groupsThatMatter(who: Who, assignments: readonly RoleAssignment[]): readonly string[] {
  const assignedTo = new Set(
    assignments.flatMap(({ principalType, principalId }) => (principalType === "Group" ? [principalId] : [])),
  );
  return who.groups.map((group) => group.toLowerCase()).filter((group) => assignedTo.has(group));
}
