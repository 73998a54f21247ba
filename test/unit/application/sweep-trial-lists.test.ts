import { describe, expect, it } from "vitest";
import { findTrials } from "../../../application/sweeps/trials.ts";
import { newTrial } from "../../../domain/sweep/trial.ts";
import type { Trial } from "../../../domain/sweep/trial.ts";
import type { Services } from "../../../services/services.ts";

const ref = {
  kind: "sweep",
  subscriptionId: "s",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
  sweep: "s",
} as const;
const spec = {
  objective: { metric: "loss", goal: "minimize" },
  searchSpace: { LR: { type: "uniform", min: 0, max: 1 } },
  policies: [{ fromTrial: 0 }],
};

function listing(first: readonly Trial[]) {
  let trials = first;
  const services = {
    state: { of: () => ({ get: async () => ({ ...ref, guid: "g", spec }) }) },
    sweepRecords: { read: async () => ({ record: { version: 1, trials }, etag: "" }) },
  } as unknown as Services;
  return {
    find: async (filter?: string, orderBy?: string) =>
      (await findTrials(services, ref, { filter, orderBy })).trials,
    change: (next: readonly Trial[]) => void (trials = next),
  };
}
const numbers = (trials: readonly { readonly trial: number }[]) => trials.map(({ trial }) => trial);

describe("a list of trials", () => {
  const trials = [0.5, 0.25, 0.75].map((rate, index) => newTrial(index, { LR: rate }, 0));

  it("is sorted once while no trial changes, for each order and filter that is asked for", async () => {
    const { find } = listing(trials);
    const first = await find(undefined, "params.LR desc");
    expect(numbers(first)).toEqual([2, 0, 1]);
    expect(await find(undefined, "params.LR desc")).toBe(first);
    expect(numbers(await find(undefined, "params.LR"))).toEqual([1, 0, 2]);
    expect(numbers(await find("params.LR gt 0.3", "params.LR desc"))).toEqual([2, 0]);
    for (let more = 0; more < 30; more += 1) await find(`trial lt ${more}`);
    expect(numbers(await find(undefined, "params.LR desc"))).toEqual([2, 0, 1]);
  });

  it("is another when a trial changes", async () => {
    const { find, change } = listing(trials);
    expect(numbers(await find("state eq 'running'"))).toEqual([]);
    change(trials.map((trial) => (trial.index === 1 ? { ...trial, state: "running" as const } : trial)));
    expect(numbers(await find("state eq 'running'"))).toEqual([1]);
  });
});
