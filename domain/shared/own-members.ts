// What a job or cluster may have that 2018 did not know. A request of that version is refused for it: it would be dropped otherwise,
// as every member is that a version does not know, and what is made would lack what its author asked for.
import { ownApiVersion } from "./api-versions.ts";
import { AppError } from "./errors.ts";
import { ownMountMembers } from "./mount-volumes.ts";

interface OwnMembers {
  /** Of `properties`. */
  readonly members: readonly string[];
  /** Where its mounts are. */
  readonly mountVolumes: readonly string[];
}

const ownMembers = {
  job: { members: ["retries", "spot", "receipt", "outputMetrics"], mountVolumes: ["mountVolumes"] },
  cluster: { members: ["nodeIdentities"], mountVolumes: ["nodeSetup", "mountVolumes"] },
} as const satisfies Record<string, OwnMembers>;
export type KindWithOwnMembers = keyof typeof ownMembers;

/** @param body of a PUT, unchecked. */
export function hasOwnMembers(kind: KindWithOwnMembers, body: unknown): boolean {
  return ownMembersOf(kind, body).length > 0;
}

/** @throws AppError InvalidRequest that names the member and the version to ask for it. */
export function refuseOwnMembers(kind: KindWithOwnMembers, body: unknown): void {
  const [member] = ownMembersOf(kind, body);
  if (member === undefined) return;
  const target = `properties.${member}`;
  const message = `${target}: the service of 2018 had no such member; send the request with api-version=${ownApiVersion}`;
  throw new AppError("InvalidRequest", message, { target });
}

function ownMembersOf(kind: KindWithOwnMembers, body: unknown): readonly string[] {
  const { members, mountVolumes } = ownMembers[kind];
  const properties = memberOf(body, "properties");
  const volumes = mountVolumes.reduce<unknown>(memberOf, properties);
  return [
    ...members.filter((name) => memberOf(properties, name) !== undefined),
    ...Object.entries(ownMountMembers).flatMap(([list, names]) => {
      const mounts = memberOf(volumes, list);
      if (!Array.isArray(mounts)) return [];
      return mounts.flatMap((mount: unknown, index) =>
        names
          .filter((name) => memberOf(mount, name) !== undefined)
          .map((name) => `${mountVolumes.join(".")}.${list}[${index}].${name}`),
      );
    }),
  ];
}

/** JSON's null is as good as nothing. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name] ?? undefined;
}
