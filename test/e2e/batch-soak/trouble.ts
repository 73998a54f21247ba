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

/** By hand, as the genuine client speaks a version that knows neither the emulator's controls nor this way to reimage. */
async function post(url: string, path: string, content: object): Promise<Response> {
  const target = `${url}${path}?api-version=2025-06-01`;
  const body = JSON.stringify(content);
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
  return fetch(target, { method: "POST", body, headers: { ...headers, authorization } });
}

async function refused(answer: Response): Promise<Error> {
  return new Error(`${answer.url} was refused: ${answer.status} ${await answer.text()}`);
}

async function evict(url: string): Promise<number> {
  const answer = await post(url, "/_emulator/evictions", { count: 1, noticeMs: 0 });
  if (!answer.ok) throw await refused(answer);
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
  const body = kind === "reboot" ? { nodeRebootOption: option } : { nodeReimageOption: option };
  const answer = await post(url, `/pools/${poolId}/nodes/${id}/${kind}`, body);
  if (answer.ok) troubles[kind === "reboot" ? "reboots" : "reimages"] += 1;
  // It may be in trouble already.
  else if (answer.status !== 409) throw await refused(answer);
}

/** Reboots the nodes whose start task used up its retries. */
export async function repair(batch: BatchServiceClient, poolId: string, troubles: Troubles): Promise<void> {
  for (const { id, state } of await batch.computeNode.list(poolId))
    if (state === "starttaskfailed" && id !== undefined) {
      await batch.computeNode.reboot(poolId, id);
      troubles.repairs += 1;
    }
}
