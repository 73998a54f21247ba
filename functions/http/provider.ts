// What the provider can do: the operations list, as role editors show it. It is of a version of the API, and has what that has.
import { aWord, resourceKinds, rowOf, typePath } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { apiVersion } from "../../domain/shared/api-versions.ts";
import type { Operation } from "./lib/operation.ts";
import { ok } from "./lib/reply.ts";

const verbs = { read: "Gets", write: "Creates or updates", delete: "Deletes" } as const;

export const providerOperations: readonly Operation[] = [
  {
    name: "operations-list",
    method: "GET",
    route: "providers/Microsoft.BatchAI/operations",
    role: "anyone",
    async handle() {
      const kinds = resourceKinds.filter((kind) => rowOf(kind).apiVersions.includes(apiVersion));
      return ok({ value: [...kinds.flatMap(changes), ...kinds.flatMap(actions)] });
    },
  },
];

function changes(kind: ResourceKind): readonly object[] {
  return Object.entries(verbs).map(([verb, phrase]) => entry(kind, verb, verb, `${phrase} ${aWord(kind)}`));
}

function actions(kind: ResourceKind): readonly object[] {
  return Object.entries(rowOf(kind).actions ?? {}).map(([action, description]) =>
    entry(kind, `${action}/action`, action, description),
  );
}

function entry(kind: ResourceKind, path: string, operation: string, description: string): object {
  const resource = typePath(kind);
  return {
    name: `Microsoft.BatchAI/${resource}/${path}`,
    display: { provider: "Microsoft Batch AI", resource, operation, description },
    origin: "user,system",
    properties: {},
  };
}
