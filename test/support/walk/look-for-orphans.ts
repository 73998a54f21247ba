// The hourly look for what belongs to nothing, now: what was cut off before its document was written is left to it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { LocalCloud } from "../../../local/start.ts";

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
