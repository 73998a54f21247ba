// Two app-side patterns that break on Azure: here they break in the same way, and a warning says what to do instead.
import { RetryOptions, type Task } from "durable-functions";
import { describe, expect, it } from "vitest";
import { startEngine, type LogLine } from "./support/running-engine.ts";

const warnings = (logs: LogLine[]) =>
  logs.filter((line) => line.event === "orchestration.unsafePattern").map((line) => line.fields["pattern"]);

describe.each([
  ["the SDK's own objects", false],
  ["results that have been through JSON", true],
])("with %s", (_name, throughJson) => {
  it("yielding running tasks again in a Task.any loop runs activities twice, and is reported", async () => {
    const runs: string[] = [];
    const { run, logs } = await startEngine(
      {
        activities: {
          work: async ({ id }: { id: string }) => {
            runs.push(id);
            for (let hop = 0; hop < id.charCodeAt(0) - 96; hop += 1)
              await new Promise((resolve) => setImmediate(resolve));
            return id;
          },
        },
        orchestrators: {
          shrink: function* (context) {
            let open: Task[] = ["a", "h", "z"].map((id) => context.df.callActivity("work", { id }));
            while (open.length > 0) {
              const winner: Task = yield context.df.Task.any(open);
              open = open.filter((task) => task !== winner);
            }
            return "done";
          },
        },
      },
      { throughJson },
    );
    await run("shrink");
    expect(runs.length).toBeGreaterThan(3);
    expect(warnings(logs)).toContain("repeatedTask");
    expect(logs.find((line) => line.fields["pattern"] === "repeatedTask")?.fields["rule"]).toContain(
      "Yield fresh tasks each round",
    );
  });

  it("going on after a failed Task.all with a retry in flight loses results, and is reported", async () => {
    const { run, advance, status, logs } = await startEngine(
      {
        activities: {
          fail: () => {
            throw new Error("at once");
          },
          flaky: () => {
            throw new Error("again and again");
          },
          after: () => "after",
        },
        orchestrators: {
          main: function* (context) {
            try {
              yield context.df.Task.all([
                context.df.callActivity("fail", {}),
                context.df.callActivityWithRetry("flaky", new RetryOptions(1000, 3), {}),
              ]);
            } catch {
              // goes on although the other task is still being retried
            }
            return yield context.df.callActivity("after", {});
          },
        },
      },
      { throughJson },
    );
    const { instanceId } = await run("main");
    await advance(60_000);
    expect(status(instanceId)).not.toMatchObject({ status: "Completed", output: "after" });
    expect(warnings(logs)).toContain("failedAllWithRetry");
  });
});

describe("an execution that grows long", () => {
  it("is reported once", async () => {
    const { run, logs } = await startEngine({
      activities: { quick: () => 1 },
      orchestrators: {
        main: function* (context) {
          for (let round = 0; round < 3; round += 1)
            yield context.df.Task.all(
              Array.from({ length: 400 }, () => context.df.callActivity("quick", { round })),
            );
          return "done";
        },
      },
    });
    expect((await run("main")).output).toBe("done");
    expect(warnings(logs)).toEqual(["longHistory"]);
  });
});

describe("what looks alike but is safe", () => {
  it("fresh equal tasks in each round aren't reported", async () => {
    const { run, logs } = await startEngine({
      activities: { poll: () => "state" },
      orchestrators: {
        main: function* (context) {
          for (let round = 0; round < 3; round += 1)
            yield context.df.Task.any([context.df.callActivity("poll", { id: 1 })]);
          return "done";
        },
      },
    });
    expect((await run("main")).output).toBe("done");
    expect(warnings(logs)).toEqual([]);
  });

  it("a failed Task.all of plain activities isn't reported", async () => {
    const { run, logs } = await startEngine({
      activities: {
        fail: () => {
          throw new Error("no");
        },
        fine: () => "fine",
      },
      orchestrators: {
        main: function* (context) {
          try {
            yield context.df.Task.all([
              context.df.callActivity("fail", {}),
              context.df.callActivity("fine", {}),
            ]);
          } catch {
            return yield context.df.callActivity("fine", {});
          }
          return "unreachable";
        },
      },
    });
    expect((await run("main")).output).toBe("fine");
    expect(warnings(logs)).toEqual([]);
  });
});
