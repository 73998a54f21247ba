import { describe, expect, it } from "vitest";
import { observe } from "../../../application/sweeps/observation.ts";
import type { SweepDocument } from "../../../domain/sweep/schema.ts";
import { refOf } from "../../../domain/shared/resource-id.ts";
import { newTrial } from "../../../domain/sweep/trial.ts";
import type { Trial } from "../../../domain/sweep/trial.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import type { ActiveRun } from "../../../services/active-jobs.ts";
import type { Services } from "../../../services/services.ts";

const clusterId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.BatchAI/workspaces/w/clusters/c";
const sweep = {
  kind: "sweep",
  subscriptionId: "s",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
  sweep: "s",
  guid: "sweep-guid",
  template: { cluster: { id: clusterId } },
  spec: { nodeCount: 1 },
} as unknown as SweepDocument;

const trial = (index: number, more: Partial<Trial> = {}): Trial => ({
  ...newTrial(index, {}, 0),
  jobGuid: `job-${index}`,
  ...more,
});

/** Says which jobs were read, and how often the queue was. */
function servicesWith(
  waiting: readonly string[],
  runs: readonly (Pick<ActiveRun, "jobGuid" | "phase"> & Partial<ActiveRun>)[],
  jobOf: (name: string) => JobDocument | undefined = () => undefined,
) {
  const read: string[] = [];
  let listings = 0;
  let now = 0;
  const services = {
    clock: { now: () => now },
    state: {
      clusters: { get: async () => ({ guid: "cluster-guid" }) },
      jobs: {
        async get({ job }: { job: string }) {
          read.push(job);
          return jobOf(job);
        },
      },
      activeJobs: {
        read: async (guid: string, first: number) => {
          listings += 1;
          expect([guid, first > 0]).toEqual(["cluster-guid", true]);
          return { waiting: waiting.map((jobGuid) => ({ jobGuid })), runs };
        },
      },
    },
  } as unknown as Services;
  return { services, read, listings: () => listings, later: (ms: number) => void (now += ms) };
}

describe("a poll of a sweep", () => {
  it("reads every job but those that wait in the queue or are on their way to Batch", async () => {
    const { services, read, listings } = servicesWith(
      ["job-0", "job-5"],
      [
        { jobGuid: "job-1", phase: "submitting" },
        { jobGuid: "job-2", phase: "holding" },
      ],
    );
    const ended = trial(7, { state: "succeeded" });
    const { trials } = await observe(services, sweep, [
      trial(0),
      trial(1),
      trial(2),
      // Neither in the queue nor running: its end was recorded.
      trial(3),
      // Submitted by the poll before, whose GUID is not known yet.
      newTrial(4, {}, 0),
      trial(5, { state: "stopping" }),
      trial(6, { state: "running" }),
      ended,
    ]);
    expect(read.sort()).toEqual(["s_2", "s_3", "s_4", "s_5", "s_6"]);
    expect(listings()).toBe(1);
    expect(trials.map(({ state }) => state).slice(0, 2)).toEqual(["queued", "queued"]);
    expect(trials[7]).toBe(ended);
  });

  it("reads the job of a running trial once in a while, and at once when its row has changed or is gone", async () => {
    const holding = ["job-0", "job-1", "job-2"].map((jobGuid) => ({
      jobGuid,
      phase: "holding" as const,
      etag: "1",
    }));
    const jobOf = (name: string) =>
      ({
        ...refOf(sweep),
        kind: "job",
        guid: name.replace("s_", "job-"),
        sweepGuid: sweep.guid,
        executionState: "queued",
        executionInfo: {},
        spec: { nodeCount: 1 },
      }) as unknown as JobDocument;
    const { services, read, later } = servicesWith([], holding, jobOf);
    let trials: readonly Trial[] = [trial(0), trial(1), trial(2)];
    const poll = async () => {
      read.length = 0;
      ({ trials } = await observe(services, sweep, trials));
      return [...read].sort();
    };
    expect(await poll()).toEqual(["s_0", "s_1", "s_2"]);
    later(1_900);
    expect(await poll()).toEqual([]);
    holding.splice(2, 1);
    Object.assign(holding[1] ?? {}, { etag: "2" });
    expect(await poll()).toEqual(["s_1", "s_2"]);
    later(200);
    expect(await poll()).toEqual(["s_0", "s_2"]);
  });

  it("asks for no listing when reading the jobs costs no more", async () => {
    const { services, read, listings } = servicesWith(["job-0", "job-1"], []);
    await observe(services, sweep, [trial(0), trial(1)]);
    expect([read, listings()]).toEqual([["s_0", "s_1"], 0]);
  });
});
