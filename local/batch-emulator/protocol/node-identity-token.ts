// Tokens for the pool's user-assigned identities, as nodes ask their metadata service for them. Source: "How to use managed
// identities for Azure resources on an Azure VM to acquire an access token".
import type { Node } from "../service/entities/model.ts";
import { identitiesAssigned } from "../service/checks/reference-checks.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { guidOf } from "./node-instance.ts";
import { json } from "./wire.ts";
import type { WireReply } from "./wire.ts";

const lifetimeSeconds = 24 * 3600;

interface PoolIdentity {
  readonly resourceId: string;
  readonly clientId: string;
  readonly principalId: string;
}

/** The identities of a pool with the ids that a directory would have given them. */
export function identitiesOf(node: Pick<Node, "pool">): PoolIdentity[] {
  return identitiesAssigned(node.pool).map((resourceId) => ({
    resourceId,
    clientId: guidOf(`client ${resourceId}`),
    principalId: guidOf(`principal ${resourceId}`),
  }));
}

export async function identityToken(
  account: AccountState,
  node: Node,
  query: ReadonlyMap<string, string>,
): Promise<WireReply> {
  const resource = query.get("resource") ?? "";
  if (query.get("api-version") === undefined || resource === "")
    return problem("api-version and resource are required query parameters");
  const issue = account.ports.issueToken;
  const found = select(identitiesOf(node), query);
  if (typeof found === "string" || issue === undefined)
    return problem(typeof found === "string" ? found : "Identity not found");
  const now = Math.floor(account.clock.now() / 1000);
  const token = await issue({ audience: resource, subject: found.principalId, lifetimeSeconds });
  return json(200, {
    access_token: token,
    client_id: found.clientId,
    expires_in: String(lifetimeSeconds),
    expires_on: String(now + lifetimeSeconds),
    ext_expires_in: String(lifetimeSeconds),
    not_before: String(now),
    resource,
    token_type: "Bearer",
  });
}

function select(
  identities: readonly PoolIdentity[],
  query: ReadonlyMap<string, string>,
): PoolIdentity | string {
  const wanted = (...names: string[]) =>
    names.map((name) => query.get(name)).find((one) => one !== undefined);
  const [client, object, resource] = [
    wanted("client_id"),
    wanted("object_id", "principal_id"),
    wanted("msi_res_id", "mi_res_id"),
  ];
  const same = (left: string, right: string | undefined) =>
    right === undefined || left.toLowerCase() === right.toLowerCase();
  const fitting = identities.filter(
    (one) => same(one.clientId, client) && same(one.principalId, object) && same(one.resourceId, resource),
  );
  if (fitting.length > 1)
    return "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
  return fitting[0] ?? "Identity not found";
}

const problem = (description: string) =>
  json(400, { error: "invalid_request", error_description: description });
