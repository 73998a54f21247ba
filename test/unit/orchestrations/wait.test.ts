// Events that come at the wrong moment are heard nevertheless.
import { describe, expect, it } from "vitest";
import { listenTo } from "../../../orchestrations/lib/wait.ts";
import { startEngine } from "../local/durable-engine/support/running-engine.ts";

/** Waits, works, waits …; the work may be interrupted by `during`. @returns what it heard. */
async function rounds(during: (raise: (data: unknown) => void, round: number) => void) {
  let raise: (data: unknown) => void = () => undefined;
  const { client, run, advance, status } = await startEngine({
    activities: {
      work: ({ round }: { round: number }) => {
        during(raise, round);
        return round;
      },
    },
    orchestrators: {
      main: function* (context) {
        const hints = listenTo(context, "hint");
        const heard: unknown[] = [];
        for (let round = 0; round < 4; round += 1) {
          yield context.df.callActivity("work", { round });
          const waited = yield* hints.wait(1_000);
          heard.push(waited.kind === "event" ? waited.data : "timeout");
        }
        return heard;
      },
    },
  });
  raise = (data) => void client.raiseEvent("one", "hint", JSON.stringify(data));
  await run("main", undefined, "one");
  await advance(10_000);
  expect(status("one").status).toBe("Completed");
  return status("one").output;
}

describe("listening for an event", () => {
  it("times out when there is none", async () => {
    expect(await rounds(() => undefined)).toEqual(["timeout", "timeout", "timeout", "timeout"]);
  });

  it("hears one that comes before the first wait", async () => {
    expect(await rounds((raise, round) => round === 0 && raise("a"))).toEqual([
      "a",
      "timeout",
      "timeout",
      "timeout",
    ]);
  });

  it("hears one that comes between two waits, though a wait that timed out is still open", async () => {
    const heard = await rounds((raise, round) => round === 1 && raise("a"));
    expect(heard).toEqual(["timeout", "a", "timeout", "timeout"]);
  });

  it("hears each of several, even when more waits are open than come", async () => {
    const heard = await rounds((raise, round) => {
      if (round !== 2) return;
      raise("a");
      raise("b");
    });
    expect((heard as unknown[]).slice(0, 2)).toEqual(["timeout", "timeout"]);
    expect((heard as unknown[]).slice(2).toSorted()).toEqual(["a", "b"]);
  });
});
