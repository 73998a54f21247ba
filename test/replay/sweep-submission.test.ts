// The jobs of trials that start together: what they have in common is looked at once, and none outlives its experiment.
import { describe, expect, it } from "vitest";
import { submitNewJobs } from "../../application/jobs.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { subscriptionId } from "../support/app/app-world.ts";
import { clusterPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

/** Whoever is woken reads by itself in a moment. */
const orchestrations = {
  noted: async () => ({ status: "active", note: { alert: true } }),
} as unknown as Services["orchestrations"];

const within = { subscriptionId, resourceGroup: "rg", workspace: "w", experiment: "e" };
const by = { actor: "service", link: "sweep:s" };
const named = (job: string) => ({
  ref: { kind: "job", ...within, job } as const,
  spec: parse(JobRequest, jobBody({ cluster: { id: clusterPath } })),
  sweepGuid: "s",
});

describe("jobs that are submitted together", () => {
  it("cost as many looks at their experiment and cluster as one", async () => {
    const { services } = await worldWithCluster();
    const { experiments, clusters } = services.state;
    const looks = { experiments: 0, clusters: 0 };
    const counted = {
      ...services,
      orchestrations,
      state: {
        ...services.state,
        experiments: {
          ...experiments,
          get: (...of: Parameters<typeof experiments.get>) => (looks.experiments++, experiments.get(...of)),
        },
        clusters: {
          ...clusters,
          get: (...of: Parameters<typeof clusters.get>) => (looks.clusters++, clusters.get(...of)),
        },
      },
    };
    const counts = [];
    for (const [start, count] of [
      [0, 1],
      [1, 40],
    ] as const) {
      Object.assign(looks, { experiments: 0, clusters: 0 });
      const names = Array.from({ length: count }, (_, at) => named(`j${start + at}`));
      const all = await submitNewJobs(counted, by, names);
      expect(all.map((one) => ("job" in one ? one.job.job : one.error))).toEqual(
        names.map(({ ref }) => ref.job),
      );
      counts.push({ ...looks });
    }
    expect(counts[1]).toEqual(counts[0]);
  });

  it("are gone again when their experiment was deleted meanwhile", async () => {
    const { services } = await worldWithCluster();
    const { experiments } = services.state;
    const deleting = {
      ...services,
      orchestrations,
      state: {
        ...services.state,
        experiments: {
          ...experiments,
          async get(...of: Parameters<typeof experiments.get>) {
            const found = await experiments.get(...of);
            return found === undefined ? found : { ...found, provisioningState: "deleting" as const };
          },
        },
      },
    };
    const all = await submitNewJobs(deleting, by, [named("a"), named("b")]);
    expect(all).toEqual([
      { error: expect.objectContaining({ code: "Conflict" }) },
      { error: expect.objectContaining({ code: "Conflict" }) },
    ]);
    const { items } = await services.state.jobs.list({ kind: "experiment", ...within }, { size: 10 });
    expect(items).toEqual([]);
  });
});
