// A program that is to end is told, through the whole service: what it saves then is kept.
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../../support/batch-ai-client.ts";
import { evict, poolOf } from "../../support/batch-behind.ts";
import { experiment, group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";

let lab: ClusterLab;
let cluster: string;
beforeAll(async () => {
  lab = await startClusterLab({ BATCHAI_OUTPUT_GRACE_MS: "0" });
  cluster = await lab.create("spot", 1, { vmPriority: "lowpriority" });
  await lab.idle("spot", 1);
}, 60_000);
afterAll(() => lab.cloud.dispose());

/** Runs until it is told, and writes its name then; of a name that is written already it needs no second run. */
const saving = (name: string) => `saved="$AZ_BATCHAI_MOUNT_ROOT/files/saved-${name}"
[ ! -e "$saved" ] || exit 0
trap 'echo ${name} >"$saved"; exit 0' TERM
echo yes >"$AZ_BATCHAI_MOUNT_ROOT/files/begun-${name}"
while :; do sleep 0.1; done`;
const begun = (name: string) =>
  until(`${name} to begin`, async () => ((await lab.shared(`begun-${name}`)) === "" ? undefined : true));

it("on the termination of its job", async () => {
  await lab.submit("stopped", cluster, saving("stopped"));
  await begun("stopped");
  await lab.client.jobs.terminate(group, workspace, experiment, "stopped");
  const job = await lab.reaches("stopped", "failed");
  expect(job.executionInfo?.errors).toMatchObject([{ code: "JobTerminated" }]);
  expect(await lab.shared("saved-stopped")).toBe("stopped\n");
});

it("when its cluster shrinks to nothing, and its job goes on once there is a node again", async () => {
  await lab.submit("shrunk", cluster, saving("shrunk"));
  await begun("shrunk");
  await lab.resize("spot", 0);
  await lab.idle("spot", 0);
  expect(await lab.shared("saved-shrunk")).toBe("shrunk\n");
  await lab.resize("spot", 1);
  await lab.reaches("shrunk", "succeeded");
});

it("before its node is evicted, and its job goes on on the next one", async () => {
  await lab.submit("evicted", cluster, saving("evicted"));
  await begun("evicted");
  await evict(lab.cloud, (await poolOf(lab.cloud, workspace, "spot")).id, 15_000);
  await lab.reaches("evicted", "succeeded");
  expect(await lab.shared("saved-evicted")).toBe("evicted\n");
});
