// Lists that show each caller what they may read, and leave out the rest.
import { overage } from "../../../application/access.ts";
import type { ScopeKind } from "../../../domain/access/assignment.ts";
import { held } from "../../../domain/access/held.ts";
import type { DocumentOf } from "../../../domain/kinds.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import { isAllowed } from "../../../domain/shared/roles.ts";
import type { Principal } from "../../../services/token-verifier.ts";

/** @throws AppError AuthorizationFailed when nobody can tell whether one is theirs to see. */
export function visibleTo<Document extends DocumentOf<ScopeKind>>(
  principal: Principal,
  documents: readonly Document[],
): readonly Document[] {
  return documents.filter(({ roleAssignments = [] }) => {
    const { roles, isUncertain } = held(principal, roleAssignments);
    if (isAllowed(roles, "reader")) return true;
    if (isUncertain) throw new AppError("AuthorizationFailed", `This list would not be whole. ${overage}`);
    return false;
  });
}
