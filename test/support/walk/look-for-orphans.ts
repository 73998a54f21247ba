// The hourly look for what belongs to nothing, now: what was cut off before its document was written is left to it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { LocalCloud } from "../../../local/start.ts";
import { until } from "../batch-ai-client.ts";
import { remains } from "./remains.ts";

/** Resolves when the function was asked to run; what it removes is gone a little later. */
export async function lookForOrphans({ description }: LocalCloud, data: string): Promise<void> {
  const keys = await readFile(join(data, "functions-host", "keys.json"), "utf8");
  const { masterKey } = JSON.parse(keys) as { masterKey: string };
  const looked = await fetch(`${description.urls.api}/admin/functions/remove-orphans`, {
    method: "POST",
    headers: { "x-functions-key": masterKey, "content-type": "application/json" },
    body: "{}",
  });
  expect(looked.status).toBe(202);
}

/** A creation whose answer got lost, and whose undoing failed, too, leaves secrets and claims to that look. */
export async function untilOrphansAreGone(cloud: LocalCloud, data: string, limitMs: number): Promise<void> {
  await until(
    "no secret and no claim to be left",
    async () => {
      const left = await remains(cloud, data);
      if (left.secrets.length + left.claims.length === 0) return true;
      await lookForOrphans(cloud, data);
      return undefined;
    },
    limitMs,
  );
}
