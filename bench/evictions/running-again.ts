// From an eviction until the job's program runs again on the next node of the local cloud, and how much of that the node took to come.
// Run: npm run bench -- evictions/running-again [rounds]
import { batchBehind, evict, poolOf } from "../../test/support/batch-behind.ts";
import { until } from "../../test/support/batch-ai-client.ts";
import { startClusterLab, workspace } from "../../test/support/cluster-lab.ts";

const rounds = Number(process.argv[2] ?? 5);
const targetMs = 3_000;
const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const lab = await startClusterLab();
try {
  const cluster = await lab.create("spot", 1, { vmPriority: "lowpriority" });
  await lab.idle("spot", 1);
  // Each start adds a line, so that it is seen on the share, not by the service's own word.
  await lab.submit("long", cluster, 'date +%s%3N >>"$AZ_BATCHAI_MOUNT_ROOT/files/starts"; sleep 10000');
  const starts = async () => (await lab.shared("starts")).split("\n").filter((line) => line !== "");
  const started = (count: number) =>
    until(`start ${count}`, async () =>
      (await starts()).length >= count ? (await starts()).at(-1) : undefined,
    );
  const { id } = await poolOf(lab.cloud, workspace, "spot");
  const batch = batchBehind(lab.cloud);
  const nodeIsThere = async () => {
    const nodes = await batch.computeNode.list(id);
    return nodes.some(({ state }) => state === "idle" || state === "running") ? true : undefined;
  };
  await started(1);
  const [whole, beyondNode]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    await lab.reaches("long", "running");
    const from = Date.now();
    await evict(lab.cloud, id);
    await until("the node to go", async () => ((await nodeIsThere()) === true ? undefined : true));
    await until("the next node", nodeIsThere);
    const nodeAt = Date.now();
    const runsAt = Number(await started(round + 1));
    whole.push(runsAt - from);
    beyondNode.push(Math.max(0, runsAt - nodeAt));
  }
  const beyond = median(beyondNode);
  print(
    `eviction → running again: ${median(whole)} ms, of which beyond the node's coming ${beyond} ms ` +
      `(target ${targetMs} ms: ${beyond <= targetMs ? "reached" : "missed"}; median of ${rounds})`,
  );
} finally {
  await lab.cloud.dispose();
}
