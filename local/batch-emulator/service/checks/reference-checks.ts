// What a command may refer to: identities assigned to its pool, and headers that uploads pass on. A task whose pool does not exist
// yet is not checked; what it then lacks fails when it starts, as does a user that the pool does not have.
import type { TaskSpec } from "../../schema/task-spec.ts";
import { invalidProperty } from "../account/fault.ts";
import { isAssigned } from "./machine-checks.ts";
import type { Pool } from "../entities/model.ts";

type Command = Pick<TaskSpec, "resourceFiles" | "userIdentity"> &
  Partial<Pick<TaskSpec, "outputFiles" | "multiInstanceSettings">>;

/** Headers of an upload that the emulator passes on ("Put Blob"). */
const knownHeaders =
  /^x-ms-(blob-(content-(type|encoding|language|disposition)|cache-control)|meta-[a-z_]\w*|access-tier)$/i;

export function identitiesAssigned(pool: Pick<Pool, "identity">): string[] {
  const assigned = pool.identity?.["userAssignedIdentities"];
  return Object.keys(typeof assigned === "object" && assigned !== null ? assigned : {});
}

/** `name`: the property that holds the command, for the refusal. */
export function checkReferences(
  command: Command | undefined,
  pool: Pick<Pool, "identity"> | undefined,
  name = "",
): void {
  if (command === undefined) return;
  const at = (property: string) => (name === "" ? property : `${name}.${property}`);
  const { username, autoUser } = command.userIdentity ?? {};
  if (username !== undefined && autoUser !== undefined)
    throw invalidProperty(at("userIdentity"), username, "username and autoUser exclude each other");
  for (const { name: header } of uploadHeaders(command))
    if (!knownHeaders.test(header))
      throw invalidProperty(
        at("uploadHeaders"),
        header,
        "Uploads pass on x-ms-blob-content-type, -encoding, -language, -disposition, x-ms-blob-cache-control, x-ms-access-tier and x-ms-meta-…",
      );
  if (pool === undefined) return;
  const identities = identitiesAssigned(pool);
  for (const reference of identityReferences(command))
    if (!isAssigned(reference, identities))
      throw invalidProperty(
        at("identityReference"),
        reference.resourceId,
        "The identity is not assigned to the pool",
      );
}

const uploadHeaders = ({ outputFiles = [] }: Command) =>
  outputFiles.flatMap((file) => file.destination.container.uploadHeaders ?? []);

function identityReferences({ resourceFiles = [], outputFiles = [], multiInstanceSettings }: Command) {
  return [
    ...[...resourceFiles, ...(multiInstanceSettings?.commonResourceFiles ?? [])].map(
      (file) => file.identityReference,
    ),
    ...outputFiles.map((file) => file.destination.container.identityReference),
  ].filter((reference) => reference !== undefined);
}
