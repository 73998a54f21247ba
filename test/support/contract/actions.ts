// Which right of Azure a call needs, by the rule of Azure's names: the types in its path and what its method does. For the data plane, whose
// paths name no provider, by the resource of the account that it is about.

/** Azure Batch Data Contributor, which infra/ gives the app on the account. Source: "Role-based access control for Azure Batch". */
export const batchDataContributor: readonly string[] = [
  "Microsoft.Batch/batchAccounts/read",
  "Microsoft.Batch/batchAccounts/jobs/*",
  "Microsoft.Batch/batchAccounts/pools/*",
  "Microsoft.Batch/batchAccounts/poolOperationResults/*",
  "Microsoft.Batch/locations/*/read",
];

const doing: Readonly<Record<string, string>> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
};

export function actionOf(method: string, path: string): string {
  const managed = /\/providers\/(Microsoft\.\w+)\/(.+)$/i.exec(path);
  if (managed === null) return ofDataPlane(method, path);
  const [, provider = "", rest = ""] = managed;
  const segments = rest.split("/");
  const types = segments.filter((_, index) => index % 2 === 0).join("/");
  const verb = doing[method] ?? "action";
  return `${provider}/${types}/${verb}`;
}

/**
 * Rights on what a body names, which are in no path: who puts something into a subnet must be allowed to join it ("linked access check" of
 * Azure Resource Manager).
 */
export function linkedActionsOf(body: string): readonly string[] {
  return /"subnetId"\s*:\s*"/.test(body) ? ["Microsoft.Network/virtualNetworks/subnets/join/action"] : [];
}

/** Actions of the custom role that a template defines. */
export function actionsOfRole(bicep: string): readonly string[] {
  const [, list = ""] = /\bactions: \[([^\]]+)\]/.exec(bicep) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, action = ""]) => action);
}

function ofDataPlane(method: string, path: string): string {
  const account = "Microsoft.Batch/batchAccounts";
  const [first = "", , ...below] = path.replace(/^\//, "").split("/");
  const verb =
    method === "POST" || (below.length > 0 && method !== "GET") ? "write" : (doing[method] ?? "write");
  if (first === "jobs") return `${account}/jobs/${verb}`;
  return first === "pools" || first === "nodecounts" ? `${account}/pools/${verb}` : `${account}/read`;
}

/** Whether one of a role's actions, some of which stand for several, allows this one. */
export function allowed(action: string, role: readonly string[]): boolean {
  return role.some((one) =>
    new RegExp(`^${one.replaceAll(".", "\\.").replaceAll("*", ".*")}$`, "i").test(action),
  );
}
