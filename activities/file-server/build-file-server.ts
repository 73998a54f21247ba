// Asks for the machine of a file server, from its document and its secret.
import { secretsOf } from "../../application/secrets.ts";
import { buildFileServer as contract } from "../../contracts/file-server-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { current } from "../lib/documents.ts";

export const buildFileServer = defineActivity(contract, async (services, { fileServer }) => {
  const document = await current(services, fileServer);
  if (document === undefined || document.provisioningState === "deleting") return { kind: "notWanted" };
  const name = document.spec.userAccount.adminUserPasswordSecret;
  const adminPassword =
    name === undefined ? undefined : (await secretsOf(services, fileServer.guid)).get(name);
  return services.fileServers.build({ guid: fileServer.guid, spec: document.spec, adminPassword });
});
