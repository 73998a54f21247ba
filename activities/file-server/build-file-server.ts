// Asks for the machine of a file server, from its document and its secret. One that cannot be built is removed again before its
// failure is told: the reason waits in the document meanwhile.
import { secretsOf } from "../../application/secrets.ts";
import { buildFileServer as contract } from "../../contracts/file-server-activities.ts";
import { failingFileServer } from "../../domain/file-server/rules.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import { service } from "../../application/caller.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import type { OutputOf } from "../../contracts/contract.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { current, update } from "../lib/documents.ts";

export const buildFileServer = defineActivity(
  contract,
  async (services, { fileServer }): Promise<OutputOf<typeof contract>> => {
    const document = await current(services, fileServer);
    if (document === undefined || document.provisioningState === "deleting") return { kind: "notWanted" };
    const built = document.failure === undefined ? await build(services, document) : undefined;
    if (built !== undefined && built.kind !== "refused") return built;
    const failure = built?.message ?? document.failure ?? "";
    if (built !== undefined) await keepReason(services, fileServer, failure);
    const left = await services.fileServers.remove(document.guid);
    return left === "gone" ? { kind: "refused", message: failure } : { kind: "building" };
  },
);

async function build(services: Services, { guid, spec, creationTime: createdAt }: FileServerDocument) {
  const name = spec.userAccount.adminUserPasswordSecret;
  try {
    const adminPassword = name === undefined ? undefined : (await secretsOf(services, guid)).get(name);
    return await services.fileServers.build({ guid, spec, createdAt, adminPassword });
  } catch (error) {
    if (!(error instanceof AppError) || error.retryable) throw error;
    return { kind: "refused" as const, message: `${error.code}: ${error.message}` };
  }
}

async function keepReason(
  services: Services,
  fileServer: Parameters<typeof current<"fileServer">>[1],
  failure: string,
): Promise<void> {
  await update(
    services,
    fileServer,
    (document) => failingFileServer(document, failure),
    () => ({
      time: timestamp(services.clock),
      actor: service,
      cause: `the machine cannot be built, and what was made of it is removed: ${failure}`,
    }),
  );
}
