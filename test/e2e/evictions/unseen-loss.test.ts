// A node of a gang goes away with its machine, and Batch does not know yet: the program on the other node fails of it, and that is no failure of
// the job. With real processes that talk to each other over a connection; a failure of the program's own still ends the job.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { until } from "../../support/batch-ai-client.ts";
import { loseMachine, nodesOf, poolOf } from "../../support/batch-behind.ts";
import { experiment, group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";

/** Longer than it takes until the program has failed and its launcher's word is there. */
const unseenMs = 8_000;
const limitMs = 120_000;

const script = fileURLToPath(new URL("peers.py", import.meta.url));

describe("a gang on spot nodes", () => {
  let lab: ClusterLab;
  beforeAll(async () => {
    lab = await startClusterLab({ BATCHAI_OUTPUT_GRACE_MS: "0" });
  }, 60_000);
  afterAll(() => lab.cloud.dispose());

  const submit = (job: string, cluster: string) =>
    lab.client.jobs.create(group, workspace, experiment, job, {
      cluster: { id: cluster },
      nodeCount: 2,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      pyTorchSettings: {
        pythonScriptFilePath: script,
        communicationBackend: "gloo",
        processCount: 2,
        commandLineArgs: job,
      },
    });
  const connected = (job: string) =>
    until(
      `the connection of ${job}`,
      async () => ((await lab.hasShared(`${job}-1.connected`)) ? true : undefined),
      limitMs,
    );
  const ended = (job: string) =>
    until(
      `the end of ${job}`,
      async () => {
        const found = await lab.job(job);
        return found.executionState === "succeeded" || found.executionState === "failed" ? found : undefined;
      },
      limitMs,
    );
  const attempts = async (job: string) => {
    const { urls, token, subscriptionId } = lab.cloud.description;
    const ref = { kind: "job", subscriptionId, resourceGroup: group, workspace, experiment, job } as const;
    return createClient({ endpoint: urls.api, token }).jobs.attempts(ref);
  };

  it(
    "goes on after the loss of a node that its program sees before Batch does",
    async () => {
      await submit("lost", await lab.create("spot", 2, { vmPriority: "lowpriority" }));
      await connected("lost");
      const first = (await attempts("lost")).value[0]?.nodes[0];
      const other = (await nodesOf(lab.cloud, workspace, "spot")).find(({ id }) => id !== first);
      await loseMachine(
        lab.cloud,
        (await poolOf(lab.cloud, workspace, "spot")).id,
        other?.id ?? "",
        unseenMs,
      );
      expect((await ended("lost")).executionInfo?.exitCode).toBe(0);
      const { value, preemptions, userRetries } = await attempts("lost");
      expect(value.map(({ cause }) => cause)).toEqual(["preempted", "finished"]);
      // It had ended with the program's own code before Batch knew: what was taken for a preemption is a task that failed.
      expect(value.map(({ number, start }) => [number, start])).toEqual([
        [1, 1],
        [2, 1],
      ]);
      expect([preemptions, userRetries]).toEqual([1, 0]);
    },
    limitMs * 2,
  );

  it(
    "fails with the code of its program where its nodes are there",
    async () => {
      await submit("faulty", (await lab.cluster("spot")).id ?? "");
      await connected("faulty");
      await lab.share("faulty-go");
      const { executionInfo } = await ended("faulty");
      expect([7, 9]).toContain(executionInfo?.exitCode);
      expect(executionInfo?.errors?.map(({ code, details }) => [code, details])).toEqual([
        ["JobFailed", undefined],
      ]);
      expect((await attempts("faulty")).value.map(({ cause }) => cause)).toEqual(["failed"]);
    },
    limitMs * 2,
  );
});
