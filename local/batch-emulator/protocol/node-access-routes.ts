// Ways to look at a node from outside: remote login, remote desktop, its log, its extensions.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { VirtualMachineConfiguration } from "../schema/machine-spec.ts";
import { IdentityReference } from "../schema/task-spec.ts";
import { Timestamp } from "../schema/values.ts";
import { notEmulated, notFound } from "../service/account/fault.ts";
import type { AccountState } from "../service/account/account-state.ts";
import type { Node } from "../service/entities/model.ts";
import { nodeLog } from "../service/nodes/node-log.ts";
import { checkRemoteAccess, loginPort } from "../service/checks/azure-rules.ts";
import { checkReferences } from "../service/checks/reference-checks.ts";
import { bodyOf } from "./bodies.ts";
import { renderer, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { nodeOf, nodePath, onlyFor } from "./node-routes.ts";
import { ipv6Of } from "./pool-fields.ts";
import { withoutSecrets } from "./secrets.ts";
import { json, param } from "./wire.ts";
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

async function logFailure(account: AccountState, node: Node, url: string, work: Promise<string | undefined>) {
  const reason = await work;
  if (reason !== undefined)
    account.logger.warn("node.logsNotUploaded", { node: node.id, container: url.split("?")[0], reason });
}

function uploadLogs(call: Call): WireReply {
  const { account } = call;
  const node = nodeOf(call);
  const body = bodyOf(call, LogsBody);
  checkReferences({ resourceFiles: [{ identityReference: body.identityReference }] }, node.pool);
  const upload = account.ports.uploadLogs;
  if (upload === undefined) throw notEmulated("logs of simulated nodes");
  const until = body.endTime === undefined ? account.clock.now() : Date.parse(body.endTime);
  const directory = `${node.pool.id}/${node.id}/${account.random.uuid()}`;
  const startup = ["stdout.txt", "stderr.txt"]
    .map((name) => ({ name: `startup/${name}`, content: { path: join(node.root, "startup", name) } }))
    .filter(({ content }) => existsSync(content.path));
  const log = { name: "agent-debug.log", content: nodeLog(node, Date.parse(body.startTime), until) };
  const files = [log, ...startup];
  const work = upload({
    containerUrl: body.containerUrl,
    ...(body.identityReference === undefined ? {} : { identity: body.identityReference.resourceId }),
    directory,
    files,
  });
  // As in the service the answer tells what is being uploaded, not whether the container took it.
  account.background("node.uploadLogs", logFailure(account, node, body.containerUrl, work));
  return json(200, {
    "odata.metadata": `${call.request.baseUrl}/$metadata#uploadbatchservicelogs/@Element`,
    virtualDirectoryName: directory,
    numberOfFilesUploaded: files.length,
  });
}

type Extension = NonNullable<VirtualMachineConfiguration["extensions"]>[number];

const extensionsOf = (call: Call): readonly Extension[] =>
  nodeOf(call).pool.spec.virtualMachineConfiguration?.extensions ?? [];

/** Nothing is installed on a folder: an extension is there at once, and says that it is simulated. */
const extensionFields: FieldTable<{ readonly extension: Extension }> = {
  provisioningState: value(() => "Succeeded"),
  vmExtension: value(({ extension }) => withoutSecrets(extension)),
  instanceView: value(({ extension }) => ({
    name: extension.name,
    statuses: [
      {
        code: "ProvisioningState/succeeded",
        displayStatus: "Provisioning succeeded",
        level: "Info",
        message: "Simulated: the emulator installs no extension.",
      },
    ],
  })),
};

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
      const { account } = call;
      const node = nodeOf(call);
      if (node.pool.spec.virtualMachineConfiguration === undefined)
        throw onlyFor("remoteloginsettings", "virtualMachineConfiguration");
      checkRemoteAccess(account, node.pool.spec);
      const port = account.ports.support.sshPortOf(node.address) ?? loginPort(node.pool.spec);
      const ipv6 = ipv6Of(call, node);
      return json(200, {
        "odata.metadata": `${call.request.baseUrl}/$metadata#remoteloginsettings/@Element`,
        remoteLoginIPAddress: node.address,
        remoteLoginPort: port,
        ...(ipv6 === undefined ? {} : { ipv6RemoteLoginIPAddress: ipv6, ipv6RemoteLoginPort: port }),
      });
    },
  },
  {
    operation: "ComputeNodeExtension_List",
    method: "GET",
    path: `${nodePath}/extensions`,
    handle(call) {
      const found = extensionsOf(call).map((extension, index) => ({ row: index + 1, extension }));
      return listReply(call, "extensions", found.slice(pageStart(call)), extensionFields);
    },
  },
  {
    operation: "ComputeNodeExtension_Get",
    method: "GET",
    path: `${nodePath}/extensions/{extensionName}`,
    handle(call) {
      const name = param(call, "extensionName").toLowerCase();
      const extension = extensionsOf(call).find((one) => one.name.toLowerCase() === name);
      if (extension === undefined) throw notFound("Extension");
      return json(200, {
        "odata.metadata": `${call.request.baseUrl}/$metadata#extensions/@Element`,
        ...renderer(call, extensionFields)({ extension }),
      });
    },
  },
];
