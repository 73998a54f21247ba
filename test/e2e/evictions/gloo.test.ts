// A real PyTorch job on two spot nodes that loses a node three times, at moments that a seed chose, once before Batch knows: it ends with the loss that the same
// job has where nobody disturbs it. Skipped where there is no PyTorch.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { seededRandom } from "../../../local/random.ts";
import { until } from "../../support/batch-ai-client.ts";
import { evict, loseMachine, poolOf } from "../../support/batch-behind.ts";
import { experiment, group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";
import { missing } from "../../support/toolkits/frameworks.ts";

const without = missing("torch");
const script = fileURLToPath(new URL("train.py", import.meta.url));
const limitMs = 240_000;

describe.skipIf(without !== "")(`a training of two nodes${without}`, () => {
  let lab: ClusterLab;
  beforeAll(async () => {
    lab = await startClusterLab();
  }, 60_000);
  afterAll(() => lab.cloud.dispose());

  const submit = (job: string, cluster: string) =>
    lab.client.jobs.create(group, workspace, experiment, job, {
      cluster: { id: cluster },
      nodeCount: 2,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      pyTorchSettings: { pythonScriptFilePath: script, communicationBackend: "gloo", processCount: 2 },
    });
  const shared = async (job: string, file: string) => {
    const { jobOutputDirectoryPathSegment: segment = "" } = await lab.job(job);
    return lab.shared(`${segment}/stdouterr/${file}`);
  };
  const ended = async (job: string) => {
    await until(
      `the end of ${job}`,
      async () => ((await lab.job(job)).executionState === "succeeded" ? true : undefined),
      limitMs,
    );
    return shared(job, "stdout.txt");
  };
  const lossIn = (output: string) => /final loss (\S+)/.exec(output)?.[1];

  it(
    "has the same loss in the end, and each of its attempts is told",
    async () => {
      await submit("undisturbed", await lab.create("dedicated", 2));
      const undisturbed = await ended("undisturbed");
      await submit("evicted", await lab.create("spot", 2, { vmPriority: "lowpriority" }));
      const { id } = await poolOf(lab.cloud, workspace, "spot");
      const random = seededRandom(11);
      for (const [round, from] of [5, 20, 40].entries()) {
        const step = from + Math.floor(random.next() * 10);
        await until(
          `step ${step}`,
          async () =>
            (await shared("evicted", "metrics.jsonl")).includes(`"step": ${step}}`) ? true : undefined,
          limitMs,
        );
        if (round < 2) await evict(lab.cloud, id, round === 1 ? 15_000 : 0);
        else await loseMachine(lab.cloud, id, await otherNode(), 5_000);
        // Announced, its processes are told at once, and the node goes when they had their time. Seen by Gloo before Batch sees it, the run
        // fails first.
        await until(
          `attempt ${round + 2}`,
          async () =>
            (await attemptsOf()).value.length > round &&
            (await lab.job("evicted")).executionState === "running"
              ? true
              : undefined,
          limitMs,
        );
      }
      const output = await ended("evicted");
      expect(lossIn(output)).toBe(lossIn(undisturbed));
      expect(output).not.toMatch("of which 60 in");
      const { value, preemptions } = await attemptsOf();
      expect(preemptions).toBe(3);
      expect(value.map(({ cause }) => cause)).toEqual([...Array<string>(3).fill("preempted"), "finished"]);
      expect(value.at(-1)?.nodes).toHaveLength(2);
    },
    limitMs * 2,
  );

  /** One of the job's nodes that is not its first. */
  async function otherNode() {
    const [, other = ""] = (await attemptsOf()).value.at(-1)?.nodes ?? [];
    return other;
  }

  async function attemptsOf() {
    const { urls, token, subscriptionId } = lab.cloud.description;
    const client = createClient({ endpoint: urls.api, token });
    return client.jobs.attempts({
      kind: "job",
      subscriptionId,
      resourceGroup: group,
      workspace,
      experiment,
      job: "evicted",
    });
  }
});
