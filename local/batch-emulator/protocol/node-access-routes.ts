// Ways to look at a node from outside: remote login, remote desktop, its log, its extensions.
import { join } from "node:path";
import { z } from "zod";
import { IdentityReference } from "../schema/task-spec.ts";
import { Timestamp } from "../schema/values.ts";
import { invalidProperty, notEmulated, notFound } from "../service/account/fault.ts";
import { nodeLog } from "../service/nodes/node-log.ts";
import { checkReferences } from "../service/checks/reference-checks.ts";
import { bodyOf } from "./bodies.ts";
import { nodeOf, nodePath, onlyFor } from "./node-routes.ts";
import { json } from "./wire.ts";
import type { Call, Route, WireReply } from "./wire.ts";

/** The machines of cloud services were reached by remote desktop; here the file names the node's loopback address. */
function remoteDesktop(call: Call): WireReply {
  const node = nodeOf(call);
  if (node.pool.spec.cloudServiceConfiguration === undefined)
    throw onlyFor("rdp", "cloudServiceConfiguration");
  return {
    status: 200,
    headers: { "content-type": "application/octet-stream" },
    body: `full address:s:${node.address}\r\nprompt for credentials:i:1\r\n`,
  };
}

const LogsBody = z.strictObject({
  containerUrl: z.url(),
  startTime: Timestamp,
  endTime: Timestamp.optional(),
  identityReference: IdentityReference.optional(),
});

async function uploadLogs(call: Call): Promise<WireReply> {
  const { world } = call;
  const node = nodeOf(call);
  const body = bodyOf(call, LogsBody);
  checkReferences({ resourceFiles: [{ identityReference: body.identityReference }] }, node.pool);
  const upload = world.ports.uploadLogs;
  if (upload === undefined) throw notEmulated("logs of simulated nodes");
  const until = body.endTime === undefined ? world.clock.now() : Date.parse(body.endTime);
  const directory = `${node.pool.id}/${node.id}/${world.random.uuid()}`;
  const result = await upload({
    containerUrl: body.containerUrl,
    ...(body.identityReference === undefined ? {} : { identity: body.identityReference.resourceId }),
    directory,
    files: [
      { name: "agent-debug.log", content: nodeLog(node, Date.parse(body.startTime), until) },
      ...["stdout.txt", "stderr.txt"].map((name) => ({
        name: `startup/${name}`,
        content: { path: join(node.root, "startup", name) },
      })),
    ],
  });
  if (!result.ok) throw invalidProperty("containerUrl", body.containerUrl.split("?")[0] ?? "", result.reason);
  return json(200, {
    "odata.metadata": `${call.request.baseUrl}/$metadata#uploadbatchservicelogs/@Element`,
    virtualDirectoryName: directory,
    numberOfFilesUploaded: result.uploaded,
  });
}

export const nodeAccessRoutes: readonly Route[] = [
  {
    operation: "ComputeNode_UploadBatchServiceLogs",
    method: "POST",
    path: `${nodePath}/uploadbatchservicelogs`,
    handle: uploadLogs,
  },
  {
    operation: "ComputeNode_GetRemoteDesktop",
    method: "GET",
    path: `${nodePath}/rdp`,
    handle: remoteDesktop,
  },
  {
    operation: "ComputeNode_GetRemoteLoginSettings",
    method: "GET",
    path: `${nodePath}/remoteloginsettings`,
    handle(call) {
      const node = nodeOf(call);
      if (node.pool.spec.virtualMachineConfiguration === undefined)
        throw onlyFor("remoteloginsettings", "virtualMachineConfiguration");
      return json(200, {
        "odata.metadata": `${call.request.baseUrl}/$metadata#remoteloginsettings/@Element`,
        remoteLoginIPAddress: node.address,
        remoteLoginPort: 22,
      });
    },
  },
  {
    operation: "ComputeNodeExtension_List",
    method: "GET",
    path: `${nodePath}/extensions`,
    handle(call) {
      nodeOf(call);
      return json(200, { "odata.metadata": `${call.request.baseUrl}/$metadata#extensions`, value: [] });
    },
  },
  {
    operation: "ComputeNodeExtension_Get",
    method: "GET",
    path: `${nodePath}/extensions/{extensionName}`,
    handle(call) {
      nodeOf(call);
      throw notFound("Extension");
    },
  },
];
