// What the provider can do: the operations list, as role editors show it.
import type { Operation } from "./lib/operation.ts";
import { ok } from "./lib/reply.ts";

const verbs = { read: "Gets", write: "Creates or updates", delete: "Deletes" } as const;
const resources = {
  workspaces: "workspace",
  "workspaces/clusters": "cluster",
  "workspaces/fileservers": "file server",
  "workspaces/experiments": "experiment",
  "workspaces/experiments/jobs": "job",
} as const;
const actions = [
  ["workspaces/clusters", "listRemoteLoginInformation", "Lists how to log in to the nodes of a cluster"],
  ["workspaces/experiments/jobs", "listRemoteLoginInformation", "Lists how to log in to the nodes of a job"],
  ["workspaces/experiments/jobs", "listOutputFiles", "Lists the output files of a job"],
  ["workspaces/experiments/jobs", "terminate", "Terminates a job"],
] as const;

export const providerOperations: readonly Operation[] = [
  {
    name: "operations-list",
    method: "GET",
    route: "providers/Microsoft.BatchAI/operations",
    role: "reader",
    handle: async () => ok({ value: listed() }),
  },
];

function listed(): object[] {
  const entry = (path: string, resource: string, operation: string, description: string) => ({
    name: `Microsoft.BatchAI/${path}`,
    display: { provider: "Microsoft Batch AI", resource, operation, description },
    origin: "user,system",
    properties: {},
  });
  return [
    ...Object.entries(resources).flatMap(([path, word]) =>
      Object.entries(verbs).map(([verb, phrase]) =>
        entry(`${path}/${verb}`, path, verb, `${phrase} a ${word}`),
      ),
    ),
    ...actions.map(([path, action, description]) =>
      entry(`${path}/${action}/action`, path, action, description),
    ),
  ];
}
