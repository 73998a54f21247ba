// Azure Batch behind a local cloud, by its genuine client: for looking at what the app made there, and for what only the
// outside world does to nodes.
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import type { Described } from "./batch-ai-client.ts";

export function batchBehind({ description }: Described): BatchServiceClient {
  const { name, key } = description.batchAccount;
  return new BatchServiceClient(new BatchSharedKeyCredentials(name, key), description.urls.batch, {
    noRetryPolicy: true,
  });
}

/** The one pool whose display name is that of the cluster. */
export async function poolOf(cloud: Described, workspace: string, cluster: string) {
  const pools = await batchBehind(cloud).pool.list();
  const found = pools.find(({ displayName }) => displayName === `${workspace}/${cluster}`);
  if (found?.id === undefined) throw new Error(`no pool of cluster ${cluster}`);
  return { ...found, id: found.id };
}

export async function nodesOf(cloud: Described, workspace: string, cluster: string) {
  const { id } = await poolOf(cloud, workspace, cluster);
  return batchBehind(cloud).computeNode.list(id);
}

/** Takes a low-priority node away, as the region does when somebody pays more; its metadata service says so `noticeMs` before. */
export const evict = (cloud: Described, poolId: string, noticeMs = 0): Promise<void> =>
  command(cloud, "evictions", { count: 1, poolId, noticeMs });

/** The machine of a low-priority node is gone, and Batch says so only `unseenMs` later. */
export const loseMachine = (
  cloud: Described,
  poolId: string,
  nodeId: string,
  unseenMs: number,
): Promise<void> => command(cloud, `pools/${poolId}/nodes/${nodeId}/preempt`, { unseenMs });

/** One of the emulator's own controls. */
async function command({ description }: Described, path: string, body: object): Promise<void> {
  const { urls, token } = description;
  const answer = await fetch(`${urls.batch}/_emulator/${path}?api-version=2025-06-01`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
