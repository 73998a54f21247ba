import { describe, expect, it } from "vitest";
import { endOnce } from "../../../application/sweeps/job-memory.ts";
import type { Services } from "../../../services/services.ts";

const ref = (job: string) =>
  ({ kind: "job", subscriptionId: "s", resourceGroup: "g", workspace: "w", experiment: "e", job }) as const;

function asking() {
  let now = 0;
  const asked: string[] = [];
  const services = { state: {}, clock: { now: () => now } } as unknown as Services;
  const ask = (job: string, fails = false) =>
    endOnce(services, ref(job), async () => {
      asked.push(job);
      if (fails) throw new Error("busy");
    });
  return { ask, asked, later: (ms: number) => void (now += ms) };
}

describe("the end of a trial's job", () => {
  it("is asked for once by polls that follow each other, and again when it does not come", async () => {
    const { ask, asked, later } = asking();
    for (let poll = 0; poll < 3; poll += 1) await ask("a");
    await ask("b");
    expect(asked).toEqual(["a", "b"]);
    later(5_000);
    await ask("a");
    expect(asked).toEqual(["a", "b", "a"]);
  });

  it("is asked for again at once where asking failed", async () => {
    const { ask, asked } = asking();
    await expect(ask("a", true)).rejects.toThrow("busy");
    await ask("a");
    expect(asked).toEqual(["a", "a"]);
  });
});
