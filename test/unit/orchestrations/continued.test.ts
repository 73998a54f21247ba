// What a new execution does not get from the one before. Azure's host drops events that nothing has waited for, and so does the engine;
// no signal of the service may be missed by that.
import { describe, expect, it } from "vitest";
import { changed } from "../../../contracts/instances.ts";
import { monitorCluster } from "../../../orchestrations/cluster/monitor-cluster.ts";
import { clusterGuid, clusterName } from "../domain/samples.ts";
import { startEngine } from "../local/durable-engine/support/running-engine.ts";

const cluster = { ref: clusterName, guid: clusterGuid };

describe("a signal that comes when an execution gives way to the next", () => {
  it("is lost with the execution when nothing waited for it", async () => {
    const { run, client, engine, advance, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          if (context.df.getInput() === "second") return yield context.df.waitForExternalEvent("signal");
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
          context.df.continueAsNew("second");
          return undefined;
        },
      },
    });
    await run("main", "first", "one");
    client.raiseEvent("one", "signal", '"early"');
    await engine.idle();
    await advance(1000);
    expect(status("one").status).toBe("Running");
    client.raiseEvent("one", "signal", '"late"');
    await engine.idle();
    expect(status("one")).toMatchObject({ status: "Completed", output: "late" });
  });

  it("makes no difference to a monitor, which polls before it waits", async () => {
    const polls: { readonly at: number; readonly afterSignal: boolean }[] = [];
    let signalled = false;
    const { run, client, clock, advance, status } = await startEngine({
      activities: {
        pollCluster: () => {
          polls.push({ at: clock.now(), afterSignal: signalled });
          // The last poll of an execution: one signal ends its last wait, the other is for nobody.
          if (polls.length === 25) {
            for (const word of ["heard", "lost"]) client.raiseEvent("monitor", changed, JSON.stringify(word));
            signalled = true;
          }
          return { kind: "done", value: { kind: "polled", seen: {}, changed: false, idle: false } };
        },
      },
      orchestrators: { [monitorCluster.name]: monitorCluster.handler as never },
    });
    await run(monitorCluster.name, { cluster, minIntervalMs: 5_000, maxIntervalMs: 60_000 }, "monitor");
    await advance(24 * 60_000);
    expect(status("monitor").status).toBe("Running");
    const [last, next] = polls.slice(24, 26);
    expect(next).toEqual({ at: last?.at, afterSignal: true });
  });
});
