// Pools and nodes in the data plane: parse, one call into the service, answer.
import {
  EnableAutoScaleBody,
  EvaluateAutoScaleBody,
  PoolPatch,
  PoolProperties,
  PoolSpec,
  RemoveNodesBody,
  ResizeBody,
} from "../schema/pool-spec.ts";
import {
  disableAutoscale,
  enableAutoscale,
  evaluateAutoscale,
} from "../service/autoscale/autoscale-control.ts";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import type { Node, Pool } from "../service/entities/model.ts";
import {
  addPool,
  findNode,
  findPool,
  isObtained,
  removeNodes,
  removePoolById,
  resizePool,
  stopPoolResize,
} from "../service/pools/pool-commands.ts";
import { patchPool, replacePoolProperties } from "../service/pools/pool-updates.ts";
import { bodyOf, missingProperty } from "./bodies.ts";
import { checkConditions, versionHeaders } from "./conditions.ts";
import { renderer, value } from "./fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { autoScaleRunShape, nodeFields, poolFields } from "./pool-fields.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Route, WireReply } from "./wire.ts";

const poolOf = (call: Call, read = false): Pool => {
  const pool = findPool(call.account, param(call, "poolId"));
  checkConditions(call, pool, read);
  return pool;
};

const changed = (call: Call, status: number, pool: Pool, action = ""): WireReply =>
  empty(status, {
    ...versionHeaders(pool),
    dataserviceid: `${call.request.baseUrl}/pools/${pool.id}${action}`,
  });

function requireTarget({ targetDedicatedNodes, targetLowPriorityNodes }: ResizeBody): void {
  if ((targetDedicatedNodes ?? targetLowPriorityNodes) === undefined)
    throw missingProperty("targetDedicatedNodes and/or targetLowPriorityNodes");
}

/** Images and networks of the caller's own are reached with the caller's rights, which an account key does not prove. */
function refuseForKeys(spec: PoolPatch): void {
  const { virtualMachineImageId } = spec.virtualMachineConfiguration?.imageReference ?? {};
  if (virtualMachineImageId !== undefined)
    throw invalidProperty(
      "virtualMachineImageId",
      virtualMachineImageId,
      "The specified resource id must be used with Azure Active Directory authentication",
    );
  if (spec.networkConfiguration?.subnetId !== undefined)
    throw new BatchFault(
      403,
      "Forbidden",
      "A subnet can be named only by callers that authenticate with Azure Active Directory.",
    );
}

/** Names of node states as "Account - List Pool Node Counts" spells them. */
const countNames: Readonly<Partial<Record<Node["state"], string>>> = {
  starttaskfailed: "startTaskFailed",
  leavingpool: "leavingPool",
  waitingforstarttask: "waitingForStartTask",
};
const countedStates = [
  ...["creating", "idle", "offline", "preempted", "rebooting", "reimaging", "running", "starting"],
  ...[
    "startTaskFailed",
    "leavingPool",
    "unknown",
    "unusable",
    "waitingForStartTask",
    "deallocated",
    "deallocating",
  ],
];

function nodeCounts(pool: Pool, dedicated: boolean): Record<string, number> {
  const counts = Object.fromEntries([...countedStates, "upgradingOS", "total"].map((name) => [name, 0]));
  for (const node of pool.nodes) {
    if (node.isDedicated !== dedicated || !isObtained(node)) continue;
    const name = countNames[node.state] ?? node.state;
    counts[name] = (counts[name] ?? 0) + 1;
    counts["total"] = (counts["total"] ?? 0) + 1;
  }
  return counts;
}

function* obtained(nodes: Iterable<Node>): Iterable<Node> {
  for (const node of nodes) if (isObtained(node)) yield node;
}

const nodeCountFields = {
  poolId: value<Pool>((pool) => pool.id),
  dedicated: value<Pool>((pool) => nodeCounts(pool, true)),
  lowPriority: value<Pool>((pool) => nodeCounts(pool, false)),
};

export const poolRoutes: readonly Route[] = [
  {
    operation: "Pool_Add",
    method: "POST",
    path: "/pools",
    handle(call) {
      const spec = bodyOf(call, PoolSpec);
      if (call.sharedKey === true) refuseForKeys(spec);
      const pool = addPool(call.account, spec);
      return empty(201, {
        ...versionHeaders(pool),
        location: `${call.request.baseUrl}/pools/${pool.id}`,
        dataserviceid: `${call.request.baseUrl}/pools/${pool.id}`,
      });
    },
  },
  {
    operation: "Pool_List",
    method: "GET",
    path: "/pools",
    handle: (call) => listReply(call, "pools", call.account.pools.after(pageStart(call)), poolFields),
  },
  {
    operation: "Pool_Get",
    method: "GET",
    path: "/pools/{poolId}",
    handle(call) {
      const pool = poolOf(call, true);
      const shape = {
        "odata.metadata": `${call.request.baseUrl}/$metadata#pools/@Element`,
        ...renderer(call, poolFields)(pool),
      };
      return json(200, shape, versionHeaders(pool));
    },
  },
  {
    operation: "Pool_Exists",
    method: "HEAD",
    path: "/pools/{poolId}",
    handle: (call) => changed(call, 200, poolOf(call, true)),
  },
  {
    operation: "Pool_Patch",
    method: "PATCH",
    path: "/pools/{poolId}",
    handle(call) {
      const pool = poolOf(call);
      const patch = bodyOf(call, PoolPatch);
      if (call.sharedKey === true) refuseForKeys(patch);
      patchPool(call.account, pool, patch);
      return changed(call, 200, pool);
    },
  },
  {
    operation: "Pool_UpdateProperties",
    method: "POST",
    path: "/pools/{poolId}/updateproperties",
    handle(call) {
      const pool = poolOf(call);
      replacePoolProperties(call.account, pool, bodyOf(call, PoolProperties));
      return changed(call, 204, pool, "/updateproperties");
    },
  },
  {
    operation: "Pool_Delete",
    method: "DELETE",
    path: "/pools/{poolId}",
    handle(call) {
      removePoolById(call.account, poolOf(call));
      return empty(202);
    },
  },
  {
    operation: "Pool_Resize",
    method: "POST",
    path: "/pools/{poolId}/resize",
    handle(call) {
      const body = bodyOf(call, ResizeBody);
      requireTarget(body);
      const pool = poolOf(call);
      resizePool(call.account, pool, body);
      return changed(call, 202, pool, "/resize");
    },
  },
  {
    operation: "Pool_StopResize",
    method: "POST",
    path: "/pools/{poolId}/stopresize",
    handle(call) {
      const pool = poolOf(call);
      stopPoolResize(call.account, pool);
      return changed(call, 202, pool, "/stopresize");
    },
  },
  {
    operation: "Pool_RemoveNodes",
    method: "POST",
    path: "/pools/{poolId}/removenodes",
    handle(call) {
      const pool = poolOf(call);
      removeNodes(call.account, pool, bodyOf(call, RemoveNodesBody));
      return changed(call, 202, pool, "/removenodes");
    },
  },
  {
    operation: "Pool_EnableAutoScale",
    method: "POST",
    path: "/pools/{poolId}/enableautoscale",
    handle(call) {
      const pool = poolOf(call);
      enableAutoscale(call.account, pool, bodyOf(call, EnableAutoScaleBody));
      return changed(call, 200, pool, "/enableautoscale");
    },
  },
  {
    operation: "Pool_EvaluateAutoScale",
    method: "POST",
    path: "/pools/{poolId}/evaluateautoscale",
    handle(call) {
      const pool = poolOf(call);
      const run = evaluateAutoscale(call.account, pool, bodyOf(call, EvaluateAutoScaleBody).autoScaleFormula);
      const metadata = `${call.request.baseUrl}/$metadata#evaluateautoscale/@Element`;
      return json(200, { "odata.metadata": metadata, ...autoScaleRunShape(run) });
    },
  },
  {
    operation: "Pool_DisableAutoScale",
    method: "POST",
    path: "/pools/{poolId}/disableautoscale",
    handle(call) {
      const pool = poolOf(call);
      disableAutoscale(call.account, pool);
      return changed(call, 200, pool, "/disableautoscale");
    },
  },
  {
    operation: "Account_ListPoolNodeCounts",
    method: "GET",
    path: "/nodecounts",
    handle: (call) =>
      listReply(
        call,
        "poolnodecounts",
        call.account.pools.after(pageStart(call)),
        nodeCountFields,
        new Set(["poolId"]),
      ),
  },
  {
    operation: "ComputeNode_List",
    method: "GET",
    path: "/pools/{poolId}/nodes",
    handle: (call) =>
      listReply(
        call,
        "nodes",
        obtained(findPool(call.account, param(call, "poolId")).nodes.after(pageStart(call))),
        nodeFields,
      ),
  },
  {
    operation: "ComputeNode_Get",
    method: "GET",
    path: "/pools/{poolId}/nodes/{nodeId}",
    handle(call) {
      const node = findNode(findPool(call.account, param(call, "poolId")), param(call, "nodeId"));
      const metadata = `${call.request.baseUrl}/$metadata#nodes/@Element`;
      return json(200, { "odata.metadata": metadata, ...renderer(call, nodeFields)(node) });
    },
  },
];
