import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDataFolder } from "../../../../local/data-folder/data-folder.ts";
import { openSettings } from "../../../../local/data-folder/settings.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "settings-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it("the password of the service principal can be given on a command line, whatever chance made of it", async () => {
  const data = await openDataFolder(join(root, "cloud"));
  // As base64url these bytes begin with a dash, which `az login -p` takes for an option.
  const bytes = (count: number) => Buffer.alloc(count, 0xfb);
  const random = { next: () => 0.5, bytes, uuid: () => "00000000-0000-0000-0000-000000000000" };
  const { servicePrincipal } = openSettings(data, random);
  expect(servicePrincipal.clientSecret).toMatch(/^[0-9a-f]{64}$/);
  expect(openSettings(data, random).servicePrincipal).toEqual(servicePrincipal);
  await data.release();
});
