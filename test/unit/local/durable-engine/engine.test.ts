import { describe, expect, it } from "vitest";
import { RetryOptions } from "durable-functions";
import { startEngine } from "./support/running-engine.ts";

const activities = {
  double: ({ value }: { value: number }) => value * 2,
  echo: (input: unknown) => input,
  fail: ({ message }: { message: string }) => {
    throw new Error(message);
  },
};

describe("an orchestration", () => {
  it("calls activities one after another and returns a result", async () => {
    const { run } = await startEngine({
      activities,
      orchestrators: {
        chain: function* (context) {
          const first: number = yield context.df.callActivity("double", { value: 1 });
          const second: number = yield context.df.callActivity("double", { value: first });
          return [first, second];
        },
      },
    });
    expect(await run("chain")).toMatchObject({ status: "Completed", output: [2, 4] });
  });

  it("fans out and gathers the results in order", async () => {
    const { run } = await startEngine({
      activities,
      orchestrators: {
        fan: function* (context) {
          const tasks = Array.from({ length: 50 }, (_, value) =>
            context.df.callActivity("double", { value }),
          );
          const results: number[] = yield context.df.Task.all(tasks);
          return results.reduce((sum, value) => sum + value, 0);
        },
      },
    });
    expect(await run("fan")).toMatchObject({ status: "Completed", output: 2450 });
  });

  it("retries a failing activity with the policy's delays", async () => {
    let attempts = 0;
    const { run, advance, status } = await startEngine({
      activities: {
        flaky: () => {
          attempts += 1;
          if (attempts < 3) throw new Error("not yet");
          return attempts;
        },
      },
      orchestrators: {
        retry: function* (context) {
          const options = new RetryOptions(1000, 5);
          options.backoffCoefficient = 2;
          return yield context.df.callActivityWithRetry("flaky", options);
        },
      },
    });
    const { instanceId } = await run("retry");
    expect(attempts).toBe(1);
    await advance(1000);
    expect(attempts).toBe(2);
    await advance(1999);
    expect(attempts).toBe(2);
    await advance(1);
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: 3 });
  });

  it("waits for a timer", async () => {
    const { run, advance, status } = await startEngine({
      orchestrators: {
        sleep: function* (context) {
          const due = new Date(context.df.currentUtcDateTime.getTime() + 5000);
          yield context.df.createTimer(due);
          return context.df.currentUtcDateTime.getTime() >= due.getTime();
        },
      },
    });
    const { instanceId } = await run("sleep");
    await advance(4999);
    expect(status(instanceId).status).toBe("Running");
    await advance(1);
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: true });
  });

  it("takes an external event before its timeout and ends at once after cancelling the timer", async () => {
    const { run, client, engine, status, store } = await startEngine({
      orchestrators: {
        approval: function* (context) {
          const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
          const approved = context.df.waitForExternalEvent("Approved");
          const winner: unknown = yield context.df.Task.any([approved, timeout]);
          if (winner !== approved) return "too late";
          timeout.cancel();
          return approved.result;
        },
      },
    });
    const { instanceId } = await run("approval");
    expect(client.raiseEvent(instanceId, "Approved", '{"by":"ann"}')).toBe("accepted");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: { by: "ann" } });
    expect(store.firstTimer()).toBeUndefined();
  });

  it("calls sub-orchestrations, sees their failures and can retry them", async () => {
    const { run } = await startEngine({
      activities,
      orchestrators: {
        parent: function* (context) {
          const fine: number = yield context.df.callSubOrchestrator("child", { value: 4 });
          try {
            yield context.df.callSubOrchestrator("broken", {}, "child-2");
          } catch (error) {
            return [fine, (error as Error).message.includes("Orchestrator function 'broken' failed: oh")];
          }
          return "unreachable";
        },
        child: function* (context) {
          return yield context.df.callActivity("double", context.df.getInput());
        },
        // eslint-disable-next-line require-yield -- an orchestrator that fails at once
        broken: function* () {
          throw new Error("oh");
        },
      },
    });
    expect(await run("parent")).toMatchObject({ status: "Completed", output: [8, true] });
  });

  it("continues as new with new input and a new history", async () => {
    const { run, client } = await startEngine({
      activities,
      orchestrators: {
        loop: function* (context) {
          const { left, sum } = context.df.getInput<{ left: number; sum: number }>();
          if (left === 0) return sum;
          const doubled: number = yield context.df.callActivity("double", { value: left });
          context.df.continueAsNew({ left: left - 1, sum: sum + doubled });
          return undefined;
        },
      },
    });
    const result = await run("loop", { left: 10, sum: 0 });
    expect(result).toMatchObject({ status: "Completed", output: 110 });
    expect(client.history(result.instanceId).length).toBeLessThan(6);
  });

  it("shows its custom status while it runs", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        steps: function* (context) {
          context.df.setCustomStatus({ step: 1 });
          yield context.df.waitForExternalEvent("go");
          context.df.setCustomStatus({ step: 2 });
          return "done";
        },
      },
    });
    const { instanceId, customStatus } = await run("steps");
    expect(customStatus).toEqual({ step: 1 });
    client.raiseEvent(instanceId, "go", "1");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", customStatus: { step: 2 } });
  });

  it("fails with the message of its own error", async () => {
    const { run } = await startEngine({
      activities,
      orchestrators: {
        bad: function* (context) {
          yield context.df.callActivity("fail", { message: "disk full" });
        },
      },
    });
    const { status, output } = await run("bad");
    expect(status).toBe("Failed");
    expect(output).toContain(
      "Orchestrator function 'bad' failed: Activity function 'fail' failed: disk full",
    );
  });
});
