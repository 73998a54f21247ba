// A role that somebody has on one workspace or one experiment, and on everything in it. It is kept in the document of what it is
// about: it comes with it, goes with it, and is never inherited by another of the same name.
// Why it is so: docs/adr/0035-role-assignments-lie-in-their-scope.md
import { z } from "zod";
import { choice } from "../shared/fields.ts";
import { roles } from "../shared/roles.ts";

/** What roles can be assigned on. */
export const scopeKinds = ["workspace", "experiment"] as const;
export type ScopeKind = (typeof scopeKinds)[number];

export const principalTypes = ["User", "Group", "ServicePrincipal"] as const;

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const objectIdError =
  "expected the object id (a GUID) of a user, group or service principal, such as 'az ad user show --id ada@example.com --query id' tells";

export const RoleAssignmentRequest = z.object({
  properties: z.object({
    // Tokens name people by their object ids only: a name would be stored and never match.
    principalId: z.string({ error: objectIdError }).regex(guidPattern, { error: objectIdError }),
    principalType: choice(principalTypes),
    role: choice(roles),
  }),
});
export type RoleAssignmentRequest = z.infer<typeof RoleAssignmentRequest>;

export const RoleAssignment = z.object({
  name: z.string(),
  /** In lower case. */
  principalId: z.string(),
  principalType: z.enum(principalTypes),
  role: z.enum(roles),
  createdBy: z.string(),
  creationTime: z.string(),
});
export type RoleAssignment = z.infer<typeof RoleAssignment>;

/** The member of a document that has assignments. Absent where there are none, as in documents of before. */
export const assigned = { roleAssignments: z.array(RoleAssignment).optional() };
