// Many short jobs on spot nodes that are taken away all the time, under a local cloud that is killed twice: each job ends once, with its own
// exit code, and nothing is left. OPENBATCHAI_EVICTED_JOBS=500 makes the long run of it.
import { afterAll, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import { seededRandom } from "../../../local/random.ts";
import { clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import { batchBehind, evict, poolOf } from "../../support/batch-behind.ts";
import { cloudProcess } from "../../support/cloud-process.ts";

const count = Number(process.env["OPENBATCHAI_EVICTED_JOBS"] ?? 24);
const nodes = 4;
/** An eviction for so many jobs that have ended. Ten in a hundred nodes and minute would be two in a run of five hundred jobs. */
const everyJobs = count > 100 ? 10 : 3;
const limitMs = 120_000 + count * 2_000;
const group = { subscriptionId: "", resourceGroup: "local" };

const cloudOf = await cloudProcess();
afterAll(() => cloudOf.dispose());

const clientOf = ({ urls, token }: Cloud["description"]) => createClient({ endpoint: urls.api, token });
type Cloud = Awaited<ReturnType<typeof cloudOf.start>>;

it(
  "ends each job once, with its code, however often nodes go and the cloud is killed",
  async () => {
    const random = seededRandom(3);
    let cloud = await cloudOf.start();
    const { subscriptionId } = cloud.description;
    const workspace = { kind: "workspace", ...group, subscriptionId, workspace: "lab" } as const;
    const experiment = { ...workspace, kind: "experiment", experiment: "exp" } as const;
    const clusterRef = { ...workspace, kind: "cluster", cluster: "spot" } as const;
    const jobRef = (at: number) => ({ ...experiment, kind: "job", job: `j${at}` }) as const;
    await createShare(cloud);
    let client = clientOf(cloud.description);
    await client.workspaces.create(workspace, { location: "local" });
    await client.experiments.create(experiment);
    const cluster = await client.clusters.create(clusterRef, {
      properties: { ...clusterOf(cloud, 0), vmPriority: "lowpriority" },
    });
    for (let at = 0; at < count; at += 1)
      await client.jobs.create(jobRef(at), {
        properties: customJob(cluster.id, `sleep ${0.5 + random.next()}; exit ${at % 3}`),
      });

    // From here on they run.
    await client.clusters.scale(clusterRef, { manual: { targetNodeCount: nodes } });
    const poolId = (await poolOf(cloud, "lab", "spot")).id;
    const finished = async () => {
      const jobs = await all(client.jobs.list(experiment));
      return jobs.filter(
        ({ properties: { executionState: state } }) => state === "succeeded" || state === "failed",
      );
    };
    const kills = [count / 3, (2 * count) / 3];
    let evictions = 0;
    let next = everyJobs;
    await until(
      "the end of all jobs",
      async () => {
        const done = (await finished()).length;
        if (done >= (kills[0] ?? Infinity)) {
          kills.shift();
          await cloudOf.stop("SIGKILL");
          cloud = await cloudOf.start();
          client = clientOf(cloud.description);
        } else if (done >= next) {
          // There may be none to take just now.
          await evict(cloud, poolId, random.next() < 0.5 ? 0 : 5_000).then(
            () => {
              evictions += 1;
              next = done + everyJobs;
            },
            () => undefined,
          );
        }
        return done === count && kills.length === 0 ? true : undefined;
      },
      limitMs,
    );
    expect(evictions).toBeGreaterThan(count / 30);

    for (const { name, properties } of await finished()) {
      const code = Number(name.slice(1)) % 3;
      const { value } = await client.jobs.attempts(jobRef(Number(name.slice(1))));
      expect([name, properties.executionInfo?.exitCode]).toEqual([name, code]);
      const ends = value.filter(({ cause }) => cause === "finished" || cause === "failed");
      expect([name, ends.map(({ cause, exitCode }) => [cause, exitCode])]).toEqual([
        name,
        [[code === 0 ? "finished" : "failed", code]],
      ]);
      expect(value.at(-1)).toBe(ends[0]);
    }
    const batch = batchBehind(cloud);
    const left = [];
    for (const { id = "" } of await batch.job.list())
      left.push(...(await batch.task.list(id)).filter(({ state }) => state !== "completed"));
    expect(left).toEqual([]);
  },
  limitMs + 60_000,
);
