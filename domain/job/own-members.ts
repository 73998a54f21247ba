// What a job may have that 2018 did not know. A request of that version is refused for it: it would be dropped otherwise, as every
// member is that a version does not know, and the job would lack what its author asked for.
import { ownApiVersion } from "../shared/api-versions.ts";
import { AppError } from "../shared/errors.ts";

const ownMembers = ["retries", "spot"] as const;

/** @param body of a PUT, unchecked. */
export function hasOwnMembers(body: unknown): boolean {
  return ownMembersOf(body).length > 0;
}

/** @throws AppError InvalidRequest that names the member and the version to ask for it. */
export function refuseOwnMembers(body: unknown): void {
  const [member] = ownMembersOf(body);
  if (member === undefined) return;
  const target = `properties.${member}`;
  const message = `${target}: the service of 2018 had no such member; send the request with api-version=${ownApiVersion}`;
  throw new AppError("InvalidRequest", message, { target });
}

function ownMembersOf(body: unknown): readonly string[] {
  const { properties } = (body ?? {}) as { readonly properties?: unknown };
  if (typeof properties !== "object" || properties === null) return [];
  return ownMembers.filter(
    (name) => ((properties as Record<string, unknown>)[name] ?? undefined) !== undefined,
  );
}
