// The client of Azure Resource Manager for one Batch account. It is large and loaded with the first call.
import type { BatchManagementClient } from "@azure/arm-batch";
import type { TokenCredential } from "@azure/core-auth";
import { bearerPolicy } from "./bearer-policy.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { isLoopbackHttp } from "./endpoints.ts";

export interface ArmOptions {
  readonly endpoint: string;
  /** ARM id of the Batch account. */
  readonly batchAccountId: string;
  readonly credential: TokenCredential;
  readonly tokens: TokenSource;
}

export interface ArmAccount {
  readonly client: BatchManagementClient;
  readonly group: string;
  readonly name: string;
}

/** Newer than the client's own, which Azure Batch has announced the end of. Nodes talk to Batch in the simplified way, which is the only one. */
const apiVersion = "2025-06-01";
const armScope = "https://management.azure.com/.default";

export async function connectAccount(options: ArmOptions): Promise<ArmAccount> {
  const found =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Batch\/batchAccounts\/([^/]+)$/i.exec(
      options.batchAccountId,
    );
  const [, subscriptionId, group, name] = found ?? [];
  if (subscriptionId === undefined || group === undefined || name === undefined)
    throw new Error(`Not the id of a Batch account: ${options.batchAccountId}`);
  const { BatchManagementClient: Client } = await import("@azure/arm-batch");
  const insecure = isLoopbackHttp(options.endpoint);
  const client = new Client(options.credential, subscriptionId, {
    endpoint: options.endpoint,
    apiVersion,
    ...(insecure ? { allowInsecureConnection: true } : {}),
  });
  if (insecure) {
    client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
    client.pipeline.addPolicy(bearerPolicy(options.tokens, armScope));
  }
  return { client, group, name };
}

/** What the client says of an answer that it cannot read, which may have any status. */
const unreadable = "PARSE_ERROR";

/** What a failed call says. Without a status nobody refused it: no answer came, or half of one, or none of the service's own. */
export function readArmError(error: unknown): {
  status: number | undefined;
  code: string;
  message: string;
} {
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message?: string };
  const isAnswer = statusCode !== undefined && statusCode >= 400 && code !== unreadable;
  return {
    status: isAnswer ? statusCode : undefined,
    code: code ?? "Unknown",
    message: message ?? String(error),
  };
}
