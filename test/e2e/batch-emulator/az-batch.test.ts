// `az batch` as it is on PyPI today, against the emulator: scripts/install-test-tools.sh az-batch. It sends what it reads from its
// command line as text, names headers as the service spells them, and speaks the newest version of the data plane.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountKey, eventually, underTest } from "../../conformance/batch/emulator-under-test.ts";
import type { UnderTest } from "../../conformance/batch/emulator-under-test.ts";
import { azForks } from "../../support/az-forks.ts";
import type { AzForks, Ended } from "../../support/az-forks.ts";
import { testTools } from "../../support/test-tools.ts";

const python = join(testTools, "az-batch/bin/python");
const isInstalled = existsSync(join(testTools, "az-batch/ready"));
const why = isInstalled ? "" : " (skipped: scripts/install-test-tools.sh az-batch)";

describe.skipIf(!isInstalled)(`today's az batch${why}`, () => {
  let t: UnderTest;
  let forks: AzForks;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "az-batch-"));
    t = await underTest();
    forks = azForks(python, {
      PATH: process.env["PATH"],
      AZURE_CONFIG_DIR: join(folder, "config"),
      AZURE_CORE_COLLECT_TELEMETRY: "no",
      AZURE_CORE_NO_COLOR: "1",
    });
  });
  afterAll(async () => {
    await forks.stop();
    await t.emulator.dispose();
    rmSync(folder, { recursive: true, force: true });
    expect(t.errors).toEqual([]);
  });

  function run(line: string, ...more: string[]): Promise<Ended> {
    const access = [
      "--account-name",
      "devbatch",
      "--account-key",
      accountKey,
      "--account-endpoint",
      t.emulator.url,
    ];
    const words = ["batch", ...line.split(" "), ...more, ...access, "-o", "json"];
    return forks.run(...words);
  }
  /** What a command that succeeds prints, as JSON. */
  async function az(line: string, ...more: string[]): Promise<unknown> {
    const { code, out, err } = await run(line, ...more);
    expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
    return out.trim() === "" ? undefined : (JSON.parse(out) as unknown);
  }
  const file = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  test("makes pools of flags and of files, and changes them", async () => {
    const image = "canonical:0001-com-ubuntu-server-jammy:22_04-lts";
    await az(
      `pool create --id flags --image ${image} --node-agent-sku-id`,
      "batch.node.ubuntu 22.04",
      ...["--vm-size", "Standard_D2s_v3", "--target-dedicated-nodes", "2", "--task-slots-per-node", "2"],
      ...["--metadata", "owner=ann", "--start-task-command-line", "exit 0"],
    );
    expect(await az("pool show --pool-id flags")).toMatchObject({
      id: "flags",
      targetDedicatedNodes: 2,
      taskSlotsPerNode: 2,
      metadata: [{ name: "owner", value: "ann" }],
    });
    const machines = {
      imageReference: { publisher: "canonical", offer: "0001-com-ubuntu-server-jammy", sku: "22_04-lts" },
      nodeAgentSKUId: "batch.node.ubuntu 22.04",
    };
    const spec = { id: "json", vmSize: "Standard_D2s_v3", virtualMachineConfiguration: machines };
    await az("pool create --json-file", file("pool.json", { ...spec, targetDedicatedNodes: 0 }));
    expect(await az("pool list")).toMatchObject([{ id: "flags" }, { id: "json" }]);
    await az("pool set --pool-id flags --metadata owner=bob --start-task-command-line", "exit 0");
    await az("pool reset --pool-id json --json-file", file("reset.json", { metadata: [] }));
    await az("pool autoscale enable --pool-id json --auto-scale-formula", "$TargetDedicatedNodes=0;");
    await az("pool autoscale evaluate --pool-id json --auto-scale-formula", "$TargetDedicatedNodes=1;");
    await az("pool autoscale disable --pool-id json");
    await az("pool supported-images list");
    await az("pool node-counts list");
    await az("pool usage-metrics list");
    await az("pool resize --pool-id json --target-dedicated-nodes 1");
  });

  test("looks after nodes", async () => {
    const nodes = await eventually(
      () => az("node list --pool-id flags") as Promise<{ id: string; state: string }[]>,
      (list) => list.length === 2 && list.every(({ state }) => state === "idle"),
    );
    const node = `--pool-id flags --node-id ${nodes[0]?.id ?? ""}`;
    expect(await az(`node show ${node}`)).toMatchObject({ state: "idle", isDedicated: true });
    await az(`node user create ${node} --name ann --password s3cret`);
    await az(`node user delete ${node} --name ann --yes`.replace("--name", "--user-name"));
    await az(`node scheduling disable ${node}`);
    await az(`node scheduling enable ${node}`);
    expect(await az(`node file list ${node}`)).not.toEqual([]);
    await az(`node reboot ${node}`);
  });

  test("runs jobs with tasks, and reads their files", async () => {
    await az("job create --id j --pool-id flags --priority 5 --job-max-task-retry-count 1");
    expect(await az("job show --job-id j")).toMatchObject({
      priority: 5,
      constraints: { maxTaskRetryCount: 1 },
    });
    await az("job set --job-id j --priority 7");
    await az("task create --job-id j --task-id one --command-line", "write hello");
    await az("task create --job-id j --json-file", file("tasks.json", [{ id: "two", commandLine: "wait" }]));
    await eventually(
      () => az("task show --job-id j --task-id one") as Promise<{ state: string }>,
      ({ state }) => state === "completed",
    );
    expect(await az("task list --job-id j")).toMatchObject([{ id: "one" }, { id: "two" }]);
    expect(await az("job task-counts show --job-id j")).toMatchObject({ taskCounts: { succeeded: 1 } });
    expect(await az("task file list --job-id j --task-id one")).not.toEqual([]);
    const copy = join(folder, "copy.txt");
    await az("task file download --job-id j --task-id one --file-path stdout.txt --destination", copy);
    expect(readFileSync(copy, "utf8")).toContain("hello");
    await az("task reset --job-id j --task-id two --max-task-retry-count 2");
    await az("task stop --job-id j --task-id two");
    await az("task reactivate --job-id j --task-id two");
    await az("task subtask list --job-id j --task-id one");
    await az("task delete --job-id j --task-id one --yes");
    await az("job disable --job-id j --disable-tasks requeue");
    await az("job enable --job-id j");
    await az("job stop --job-id j --terminate-reason done");
    await az("job delete --job-id j --yes");
  });

  test("makes schedules", async () => {
    await az("job-schedule create --id s --pool-id flags --do-not-run-until 2999-01-01T00:00:00Z");
    expect(await az("job-schedule show --job-schedule-id s")).toMatchObject({ id: "s", state: "active" });
    await az("job-schedule set --job-schedule-id s --do-not-run-until 2998-01-01T00:00:00Z");
    await az("job-schedule disable --job-schedule-id s");
    await az("job-schedule enable --job-schedule-id s");
    expect(await az("job list --job-schedule-id s")).toEqual([]);
    await az("job-schedule stop --job-schedule-id s");
    await az("job-schedule delete --job-schedule-id s --yes");
    await az("pool delete --pool-id json --yes");
  });

  test("tells what was wrong", async () => {
    const { code, err } = await run("pool show --pool-id nobody");
    expect([code, err]).toEqual([3, expect.stringContaining("does not exist")]);
  });
});
