// Actions on single nodes and their users.
import { z } from "zod";
import { Timestamp, caseless } from "../schema/values.ts";
import {
  addUser,
  deallocateNode,
  deleteUser,
  disableScheduling,
  enableScheduling,
  rebootNode,
  reimageNode,
  startNode,
  updateUser,
} from "../service/pools/node-commands.ts";
import { BatchFault } from "../service/account/fault.ts";
import { findNode, findPool } from "../service/pools/pool-commands.ts";
import type { Node } from "../service/entities/model.ts";
import { isBefore } from "./api-versions.ts";
import { bodyOf, optionalBodyOf } from "./bodies.ts";
import { empty, param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

export const nodePath = "/pools/{poolId}/nodes/{nodeId}";
export const nodeOf = (call: Call): Node =>
  findNode(findPool(call.account, param(call, "poolId")), param(call, "nodeId"));

const Option = caseless("requeue", "terminate", "taskcompletion", "retaineddata");
const RebootBody = z.strictObject({ nodeRebootOption: Option.optional() });
const ReimageBody = z.strictObject({ nodeReimageOption: Option.optional() });
const DeallocateBody = z.strictObject({ nodeDeallocateOption: Option.optional() });
const DisableBody = z.strictObject({
  nodeDisableSchedulingOption: caseless("requeue", "terminate", "taskcompletion").optional(),
});
const UserBody = z.strictObject({
  name: z.string().min(1).max(20),
  isAdmin: z.boolean().optional(),
  expiryTime: Timestamp.optional(),
  password: z.string().optional(),
  sshPublicKey: z.string().optional(),
});
const UserUpdate = UserBody.omit({ name: true, isAdmin: true });
const present = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function action(
  operation: string,
  name: string,
  status: number,
  run: (call: Call, node: Node) => void,
): Route {
  return {
    operation,
    method: "POST",
    path: `${nodePath}/${name}`,
    handle(call) {
      const node = nodeOf(call);
      run(call, node);
      return empty(status, { dataserviceid: `${call.request.baseUrl}${call.request.rawPath}` });
    },
  };
}

const requeue = "requeue" as const;

/** For an operation that makes sense on other pools only. */
export const onlyFor = (operation: string, configuration: string) =>
  new BatchFault(
    409,
    "OperationNotValidOnNode",
    "The specified operation is not valid on the current node.",
    [
      {
        key: "Reason",
        value: `Operation ${operation} can be invoked only on pools created with ${configuration}`,
      },
    ],
  );

/** Before, reimaging was for the machines of cloud services only. */
const reimageOfAllSince = "2023-01-01";

function refuseReimage(call: Call, node: Node): void {
  if (isBefore(call.version, reimageOfAllSince) && node.pool.spec.cloudServiceConfiguration === undefined)
    throw onlyFor("reimage", "cloudServiceConfiguration");
}

export const nodeRoutes: readonly Route[] = [
  action("ComputeNode_Reboot", "reboot", 202, (call, node) =>
    rebootNode(call.account, node, optionalBodyOf(call, RebootBody).nodeRebootOption ?? requeue),
  ),
  action("ComputeNode_Reimage", "reimage", 202, (call, node) => {
    refuseReimage(call, node);
    reimageNode(call.account, node, optionalBodyOf(call, ReimageBody).nodeReimageOption ?? requeue);
  }),
  action("ComputeNode_Deallocate", "deallocate", 202, (call, node) =>
    deallocateNode(call.account, node, optionalBodyOf(call, DeallocateBody).nodeDeallocateOption ?? requeue),
  ),
  action("ComputeNode_Start", "start", 202, (call, node) => startNode(call.account, node)),
  action("ComputeNode_DisableScheduling", "disablescheduling", 200, (call, node) =>
    disableScheduling(
      call.account,
      node,
      optionalBodyOf(call, DisableBody).nodeDisableSchedulingOption ?? requeue,
    ),
  ),
  action("ComputeNode_EnableScheduling", "enablescheduling", 200, (call, node) =>
    enableScheduling(call.account, node),
  ),
  action("ComputeNode_AddUser", "users", 201, (call, node) => {
    const { isAdmin, ...user } = bodyOf(call, UserBody);
    addUser(call.account, node, { isAdmin: isAdmin ?? false, ...present(user) });
  }),
  {
    operation: "ComputeNode_UpdateUser",
    method: "PUT",
    path: `${nodePath}/users/{userName}`,
    handle(call) {
      updateUser(call.account, nodeOf(call), param(call, "userName"), present(bodyOf(call, UserUpdate)));
      return empty(200, { dataserviceid: `${call.request.baseUrl}${call.request.rawPath}` });
    },
  },
  {
    operation: "ComputeNode_DeleteUser",
    method: "DELETE",
    path: `${nodePath}/users/{userName}`,
    handle(call) {
      deleteUser(call.account, nodeOf(call), param(call, "userName"));
      return empty(200);
    },
  },
];
