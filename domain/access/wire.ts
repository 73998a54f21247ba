// A role assignment as clients see it.
import { z } from "zod";
import { formatId, resourceType } from "../shared/resource-id.ts";
import type { RefOf } from "../shared/resource-id.ts";
import { roles } from "../shared/roles.ts";
import { time } from "../shared/wire.ts";
import { principalTypes } from "./assignment.ts";
import type { RoleAssignment, ScopeKind } from "./assignment.ts";

export const RoleAssignmentResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      scope: z.string().meta({ description: "ARM id of the workspace or experiment" }),
      principalId: z.string(),
      principalType: z.enum(principalTypes),
      role: z.enum(roles),
      createdBy: z.string(),
      creationTime: time(),
    }),
  })
  .meta({ id: "RoleAssignment" });
export type RoleAssignmentResponse = z.infer<typeof RoleAssignmentResponse>;

export function roleAssignmentWire(scope: RefOf<ScopeKind>, { name, ...assignment }: RoleAssignment) {
  const { kind } = scope;
  return {
    id: `${formatId(scope)}/roleAssignments/${name}`,
    name,
    type: `${resourceType(kind)}/roleassignments`,
    properties: { scope: formatId(scope), ...assignment },
  };
}
