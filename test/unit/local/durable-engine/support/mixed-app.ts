// One orchestration that uses everything: activities, a retry, timers, an event with a timeout, entities with and
// without a lock, a child, and a child that continues as new. Its result depends on its index only.
import { EntityId, RetryOptions, type Task } from "durable-functions";
import type { SdkApp } from "./sdk-app.ts";

export function mixedResult(index: number): unknown {
  return { fan: [index + 1, index + 2], retried: index * 2, go: index, child: `child of ${index}`, loop: 3 };
}

/** What each instance adds to the counter `total`; it adds 1 to `guarded`. */
export const signalsPerInstance = 2;

const total = new EntityId("counter", "total");
const guarded = new EntityId("counter", "guarded");

/** Each process fails the first attempt of every retried activity. */
export function mixedApp(pause: () => Promise<void>): SdkApp {
  const attempted = new Set<number>();
  return {
    activities: {
      add: async ({ index, by }: { index: number; by: number }) => {
        await pause();
        return index + by;
      },
      flaky: async ({ index }: { index: number }) => {
        await pause();
        if (!attempted.has(index)) {
          attempted.add(index);
          throw new Error("first attempt");
        }
        return index * 2;
      },
    },
    entities: {
      counter: (context) => {
        const value = (context.df.getState(() => 0) as number | undefined) ?? 0;
        if (context.df.operationName === "get") context.df.return(value);
        else context.df.setState(value + (context.df.getInput<number>() ?? 0));
      },
    },
    orchestrators: { mixed, child, loop },
  };
}

const mixed: NonNullable<SdkApp["orchestrators"]>[string] = function* (context) {
  const index = context.df.getInput<number>() ?? 0;
  const fan: number[] = yield context.df.Task.all(
    [1, 2].map((by) => context.df.callActivity("add", { index, by })),
  );
  context.df.signalEntity(total, "add", 1);
  const retried: number = yield context.df.callActivityWithRetry("flaky", new RetryOptions(5, 100), {
    index,
  });
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5));
  context.df.setCustomStatus("waiting");
  const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
  const go = context.df.waitForExternalEvent("Go");
  const winner: Task = yield context.df.Task.any([go, timeout]);
  if (winner === timeout) return "timed out";
  timeout.cancel();
  yield context.df.callEntity(total, "add", 1);
  const lock: { release(): void } = yield context.df.lock([guarded, total]);
  const before: number = yield context.df.callEntity(guarded, "get");
  yield context.df.callEntity(guarded, "add", 1);
  const after: number = yield context.df.callEntity(guarded, "get");
  lock.release();
  if (after !== before + 1) return `lock broken: ${before} then ${after}`;
  const result: string = yield context.df.callSubOrchestrator("child", index);
  const rounds: number = yield context.df.callSubOrchestrator("loop", { left: 3, done: 0 });
  return { fan, retried, go: go.result, child: result, loop: rounds };
};

const child: NonNullable<SdkApp["orchestrators"]>[string] = function* (context) {
  const index = context.df.getInput<number>() ?? 0;
  yield context.df.callActivity("add", { index, by: 1 });
  return `child of ${index}`;
};

const loop: NonNullable<SdkApp["orchestrators"]>[string] = function* (context) {
  const { left, done } = context.df.getInput<{ left: number; done: number }>() ?? { left: 0, done: 0 };
  if (left === 0) return done;
  yield context.df.callActivity("add", { index: left, by: 1 });
  context.df.continueAsNew({ left: left - 1, done: done + 1 });
  return undefined;
};
