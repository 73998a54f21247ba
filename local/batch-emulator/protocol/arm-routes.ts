// The pools of an account in the management plane as @azure/arm-batch 9.1 uses it. A pool PUT answers at once,
// only deletion is a long-running operation, polled at its Location.
import { PoolSpec } from "../schema/pool-spec.ts";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import { replaceManaged, resizeManaged } from "../service/pools/managed-pools.ts";
import type { Pool } from "../service/entities/model.ts";
import { addPool, findPool, removePoolById, stopPoolResize } from "../service/pools/pool-commands.ts";
import { identitiesAssigned } from "../service/checks/reference-checks.ts";
import { isBefore, since } from "./api-versions.ts";
import { accountId, armEtag, armPool } from "./arm-pool-fields.ts";
import { ArmPoolBody, specOf } from "./arm-pool-shape.ts";
import { bodyOf, checked } from "./bodies.ts";
import { pageSize } from "./listing.ts";
import { empty, param } from "./wire.ts";
import type { Call, Handler, Route, WireReply } from "./wire.ts";

export const groupPath =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Batch/batchAccounts";
export const accountPath = `${groupPath}/{account}`;

export const armJson = (status: number, value: unknown, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(value),
});

const same = (left: string | undefined, right: string) => left?.toLowerCase() === right.toLowerCase();

/** The account that the path names, if it names one, must be the one that is asked. */
export function withAccount(handle: Handler): Handler {
  return (call) => {
    const { name, resourceGroup, isDeleting } = call.account.settings;
    const { resourceGroup: group, account: wanted } = call.params;
    refuseOtherSubscription(call);
    if (group !== undefined && !call.accounts.list().some((one) => same(group, one.settings.resourceGroup)))
      throw new BatchFault(404, "ResourceGroupNotFound", "The resource group could not be found.");
    if (wanted !== undefined && !(same(wanted, name) && same(group, resourceGroup)))
      throw new BatchFault(404, "ResourceNotFound", "The Batch account was not found in the resource group.");
    if (wanted !== undefined && isDeleting === true && call.request.method !== "GET")
      throw new BatchFault(409, "AccountBeingDeleted", "The Batch account is being deleted.");
    return handle(call);
  };
}

export function refuseOtherSubscription({ account, params }: Call): void {
  if (!same(params["subscriptionId"], account.settings.subscriptionId))
    throw new BatchFault(404, "SubscriptionNotFound", "The subscription could not be found.");
}

/** In the names of the version that was asked. */
export const poolShape = ({ account, spelling, version }: Call, pool: Pool): unknown => {
  const shape = armPool(account, pool, { tellsCommunication: isBefore(version, since.oneCommunicationMode) });
  return spelling === undefined ? shape : spelling.toPast(shape);
};

export const poolReply = (call: Call, pool: Pool) =>
  armJson(200, poolShape(call, pool), { etag: armEtag(pool.version) });

const poolOf = (call: Call) => findPool(call.account, param(call, "poolName"));

function checkMatch(call: Call, pool: Pool | undefined): void {
  const { "if-match": match, "if-none-match": noneMatch } = call.request.headers;
  const bad = () =>
    new BatchFault(
      412,
      "ConditionNotMet",
      "The condition specified using HTTP conditional header(s) is not met.",
    );
  if (noneMatch === "*" && pool !== undefined) throw bad();
  if (match !== undefined && match !== "*" && (pool === undefined || !sameTag(match, armEtag(pool.version))))
    throw bad();
}

const sameTag = (left: string, right: string) => left.replace(/^W\//, "") === right.replace(/^W\//, "");

function putPool(call: Call): WireReply {
  const existing = call.account.pools.get(param(call, "poolName").toLowerCase());
  checkMatch(call, existing);
  const body = bodyOf(call, ArmPoolBody);
  const spec = checked(specOf(param(call, "poolName"), body), PoolSpec);
  const option = body.properties.scaleSettings?.fixedScale?.nodeDeallocationOption;
  const identity = body.identity;
  if (existing !== undefined) {
    refuseIdentityChange(existing, identity);
    replaceManaged(call.account, existing, spec, option);
    return poolReply(call, existing);
  }
  return poolReply(
    call,
    addPool(call.account, spec, { ...(identity === undefined ? {} : { identity }), option }),
  );
}

/** Running nodes could not learn of other identities: what is stated again must be what there is. */
function refuseIdentityChange(pool: Pool, identity: ArmPoolBody["identity"]): void {
  const idsOf = (one: Pool["identity"]) =>
    identitiesAssigned({ identity: one })
      .map((id) => id.toLowerCase())
      .sort()
      .join(",");
  if (identity !== undefined && idsOf(identity) !== idsOf(pool.identity))
    throw invalidProperty(
      "identity",
      idsOf(identity),
      "The pool's identities cannot be changed after its creation",
    );
}

function patchPool(call: Call): WireReply {
  const pool = poolOf(call);
  checkMatch(call, pool);
  const body = bodyOf(call, ArmPoolBody);
  refuseIdentityChange(pool, body.identity);
  const given = specOf(pool.id, body);
  const fixed = body.properties.scaleSettings?.fixedScale;
  resizeManaged(call.account, pool, given, fixed);
  return poolReply(call, pool);
}

function deletePool(call: Call): WireReply {
  const pool = poolOf(call);
  checkMatch(call, pool);
  removePoolById(call.account, pool);
  const version = call.request.query.get("api-version") ?? "";
  const result = `${call.request.baseUrl}${accountId(call.account)}/poolOperationResults/delete-${encodeURIComponent(pool.id)}-${pool.row}`;
  return empty(202, { location: `${result}?api-version=${version}`, "retry-after": "1" });
}

/** 202 while the deletion goes on, 204 when the pool is gone. */
function deletionResult(call: Call): WireReply {
  const match = /^delete-(.+)-(\d+)$/.exec(param(call, "operationId"));
  if (match === null) throw new BatchFault(404, "ResourceNotFound", "The operation was not found.");
  const pool = call.account.pools.get((match[1] ?? "").toLowerCase());
  if (pool === undefined || pool.row !== Number(match[2])) return empty(204);
  const location = `${call.request.baseUrl}${call.request.rawPath}?api-version=${call.request.query.get("api-version") ?? ""}`;
  return empty(202, { location, "retry-after": "1" });
}

function listPools(call: Call): WireReply {
  const size = pageSize(call);
  const after = Number(call.request.query.get("$skiptoken") ?? 0);
  const pools = [...call.account.pools.after(Number.isSafeInteger(after) ? after : 0)];
  const page = pools.slice(0, size);
  const next = new URLSearchParams([...call.request.query].filter(([name]) => name !== "$skiptoken"));
  next.set("$skiptoken", String(page.at(-1)?.row ?? 0));
  return armJson(200, {
    value: page.map((pool) => poolShape(call, pool)),
    ...(pools.length > size
      ? { nextLink: `${call.request.baseUrl}${call.request.rawPath}?${next.toString()}` }
      : {}),
  });
}

/** A route below an account, a group or a subscription. */
export const armRoute = (operation: string, method: string, path: string, handle: Handler): Route => ({
  operation,
  method,
  path,
  handle: withAccount(handle),
});

export const armRoutes: readonly Route[] = [
  armRoute("ArmPool_ListByBatchAccount", "GET", `${accountPath}/pools`, listPools),
  armRoute("ArmPool_Create", "PUT", `${accountPath}/pools/{poolName}`, putPool),
  armRoute("ArmPool_Update", "PATCH", `${accountPath}/pools/{poolName}`, patchPool),
  armRoute("ArmPool_Get", "GET", `${accountPath}/pools/{poolName}`, (call) => poolReply(call, poolOf(call))),
  armRoute("ArmPool_Delete", "DELETE", `${accountPath}/pools/{poolName}`, deletePool),
  armRoute(
    "ArmPool_DeleteResult",
    "GET",
    `${accountPath}/poolOperationResults/{operationId}`,
    deletionResult,
  ),
  armRoute("ArmPool_StopResize", "POST", `${accountPath}/pools/{poolName}/stopResize`, (call) => {
    const pool = poolOf(call);
    stopPoolResize(call.account, pool);
    return poolReply(call, pool);
  }),
];
