// A program of somebody else, as PyPI has it today: Apache Airflow's operator for Azure Batch. scripts/install-test-tools.sh airflow.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { accountKey, underTest } from "../../conformance/batch/emulator-under-test.ts";
import { testTools } from "../../support/test-tools.ts";

const folder = join(testTools, "airflow");
const isInstalled = existsSync(join(folder, "ready"));
const why = isInstalled ? "" : " (skipped: scripts/install-test-tools.sh airflow)";

describe.skipIf(!isInstalled)(`Apache Airflow${why}`, () => {
  test("runs a task in a pool that it makes, reads its output, tells of a task that fails, and deletes both", async () => {
    // Not held against Microsoft's description: it lists nodes that are being made, which have not booted yet, and the description
    // has every node tell when it did, as the service does not.
    const t = await underTest({ around: (gateway) => gateway });
    const home = await mkdtemp(join(tmpdir(), "batch-airflow-"));
    const connection = {
      conn_type: "azure_batch",
      login: "devbatch",
      password: accountKey,
      extra: { account_url: t.emulator.url },
    };
    const child = spawn(join(folder, "bin/python"), [join(import.meta.dirname, "airflow_batch.py")], {
      env: {
        PATH: process.env["PATH"],
        HOME: home,
        AIRFLOW_HOME: home,
        AIRFLOW__LOGGING__LOGGING_LEVEL: "ERROR",
        AIRFLOW_CONN_AZURE_BATCH_DEFAULT: JSON.stringify(connection),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = new Promise((resolve) => child.once("close", resolve));
    const [out, told] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect([await closed, told.split("\n").filter((line) => line.includes("Error"))]).toEqual([0, []]);
    // Airflow may print lines of its own before.
    const found = JSON.parse(out.slice(out.lastIndexOf("\n{") + 1)) as Record<string, unknown>;
    expect(found).toEqual({
      reachable: true,
      output: "from-airflow\n",
      refusal: expect.stringContaining("Job fail") as string,
      jobs: ["airflow-good"],
    });
    expect([...(await t.batch.pool.list())]).toEqual([]);
    expect(t.errors).toEqual([]);
    await t.emulator.dispose();
    await rm(home, { recursive: true, force: true });
  }, 120_000);
});
