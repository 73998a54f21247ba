// The troubles of the soak: evictions, reboots, reimages, and the repair of nodes whose start task failed. By progress and
// not by time, so that a slow machine has as many as a quick one.
import type { BatchServiceClient } from "@azure/batch";
import { accountKey } from "../../conformance/batch/emulator-under-test.ts";
import { sharedKeyAuthorization } from "../../support/batch/shared-key.ts";

export interface Troubles {
  evictions: number;
  reboots: number;
  reimages: number;
  repairs: number;
}

export const noTroubles = (): Troubles => ({ evictions: 0, reboots: 0, reimages: 0, repairs: 0 });

async function evict(url: string): Promise<number> {
  const target = `${url}/_emulator/evictions?api-version=2025-06-01`;
  const body = JSON.stringify({ count: 1, noticeMs: 0 });
  const headers = {
    "ocp-date": new Date().toUTCString(),
    "content-type": "application/json",
    "content-length": String(body.length),
  };
  const authorization = sharedKeyAuthorization(
    { method: "POST", url: target, headers },
    "devbatch",
    accountKey,
  );
  const answer = await fetch(target, { method: "POST", body, headers: { ...headers, authorization } });
  if (!answer.ok) throw new Error(`the eviction was refused: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { evictions: unknown[] }).evictions.length;
}

/** One trouble; which, says the number. */
export async function trouble(
  url: string,
  batch: BatchServiceClient,
  poolId: string,
  number: number,
  troubles: Troubles,
): Promise<void> {
  const kind = (["evict", "reboot", "evict", "reimage"] as const)[number % 4];
  if (kind === "evict") {
    troubles.evictions += await evict(url);
    return;
  }
  const up = (await batch.computeNode.list(poolId)).filter(({ state }) =>
    ["idle", "running"].includes(state ?? ""),
  );
  const id = up[number % Math.max(1, up.length)]?.id;
  if (id === undefined) return;
  const option = number % 8 < 4 ? "requeue" : "taskcompletion";
  try {
    if (kind === "reboot") await batch.computeNode.reboot(poolId, id, { nodeRebootOption: option });
    else await batch.computeNode.reimage(poolId, id, { nodeReimageOption: option });
    troubles[kind === "reboot" ? "reboots" : "reimages"] += 1;
  } catch (error) {
    // It is in trouble already.
    if ((error as { statusCode?: number }).statusCode !== 409) throw error;
  }
}

/** Reboots the nodes whose start task used up its retries. */
export async function repair(batch: BatchServiceClient, poolId: string, troubles: Troubles): Promise<void> {
  for (const { id, state } of await batch.computeNode.list(poolId))
    if (state === "starttaskfailed" && id !== undefined) {
      await batch.computeNode.reboot(poolId, id);
      troubles.repairs += 1;
    }
}
