// A local cloud behind a recording proxy, with the genuine client and raw HTTP side by side: what the conformance tests of
// the API start from.
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { batchAIClient } from "./batch-ai-client.ts";
import { recordWire } from "./recorded-wire.ts";
import type { RecordedWire } from "./recorded-wire.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  readonly body: any;
}

export interface RecordedCloud {
  readonly cloud: LocalCloud;
  readonly wire: RecordedWire;
  /** Default options. */
  readonly client: BatchAIManagementClient;
  /** Polls every second, for failures that are provoked. */
  readonly quick: BatchAIManagementClient;
  /** ARM path of a workspace. */
  readonly workspace: (name: string, group?: string) => string;
  readonly raw: (
    method: string,
    pathOrUrl: string,
    options?: { readonly body?: unknown; readonly token?: string | undefined; readonly version?: string },
  ) => Promise<Reply>;
  readonly dispose: () => Promise<void>;
}

export async function startRecordedCloud(): Promise<RecordedCloud> {
  const cloud = await startLocal({ data: "temporary" });
  const { urls, token, subscriptionId, resourceGroup } = cloud.description;
  const wire = await recordWire(urls.api);
  return {
    cloud,
    wire,
    client: batchAIClient(cloud, { baseUri: wire.url }),
    quick: batchAIClient(cloud, { baseUri: wire.url, longRunningOperationRetryTimeout: 1 }),
    workspace: (name, group = resourceGroup) =>
      `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.BatchAI/workspaces/${name}`,
    async raw(method, pathOrUrl, options = {}) {
      const url = new URL(pathOrUrl, wire.url);
      if (!url.searchParams.has("api-version"))
        url.searchParams.set("api-version", options.version ?? "2018-05-01");
      const bearer = "token" in options ? options.token : token;
      const response = await fetch(url, {
        method,
        headers: {
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : (JSON.parse(text) as unknown),
      };
    },
    async dispose() {
      await wire.dispose();
      await cloud.dispose();
    },
  };
}
