// azure-mgmt-batchai as PyPI has it, beside Debian's (python.test.ts): 2.0.0, the last of the service's life, and 7.0.0. They resubmit
// failed jobs as the helper library of 2018 did, which deletes them first. Skipped where their environments are not installed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { createShare } from "../../support/batch-ai-client.ts";
import { pythonStory } from "../../support/old-clients.ts";
import { testTools } from "../../support/test-tools.ts";

const program = fileURLToPath(new URL("../../fixtures/old-clients/python_resubmission.py", import.meta.url));
const versions = ["2.0.0", "7.0.0"].map((version) => {
  const home = join(testTools, `batchai-${version}`);
  return { version, python: join(home, "bin/python"), isThere: existsSync(join(home, "ready")) };
});

describe.skipIf(!versions.some(({ isThere }) => isThere))("azure-mgmt-batchai of PyPI", () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocal({ data: "temporary" });
    await createShare(cloud);
  }, 120_000);
  afterAll(() => cloud.dispose());

  for (const { version, python, isThere } of versions)
    it.skipIf(!isThere)(
      `row 119: ${version} loses no job that it deletes and creates again${isThere ? "" : " (needs scripts/install-test-tools.sh pypi)"}`,
      async () => {
        const workspace = `pypi-${version.replaceAll(".", "-")}`;
        const seen = await pythonStory(program, cloud, ["results", workspace], python);
        const names = ["fails-0", "fails-1", "fails-2", "fails-3"];
        const all = (code: number) => Object.fromEntries(names.map((name) => [name, code]));
        expect(seen).toEqual({
          vm_size: "STANDARD_D2S_V3",
          healthy_errors: null,
          first: all(3),
          second: all(0),
          listed: names,
        });
      },
      240_000,
    );
});
