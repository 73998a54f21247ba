// Whether the caller may do what is asked: by an app role, or by a role on the workspace or the experiment that the path names.
import { demandRole } from "../../../application/access.ts";
import { scopeKinds } from "../../../domain/access/assignment.ts";
import type { Services } from "../../../services/services.ts";
import type { Role } from "../../../services/token-verifier.ts";
import { requestedRef } from "./refs.ts";
import type { ApiRequest } from "./request.ts";

/** `anyone`: whoever has a token; what is answered is of nobody in particular, or is looked through for who asks. */
export type Needed = Role | "anyone";

/** @throws AppError AuthorizationFailed, InvalidResourceName */
export async function authorise(request: ApiRequest, services: Services, needed: Needed): Promise<void> {
  if (needed === "anyone") return;
  const innermost = scopeKinds.findLast((kind) => request.params[kind] !== undefined);
  const ref = innermost === undefined ? undefined : requestedRef(request, innermost);
  await demandRole(services, request.principal, needed, ref);
}
