// The orchestrations that the benchmarks run, through the SDK's real replay code.
import type { Task } from "durable-functions";
import type { SdkApp } from "../../../test/unit/local/durable-engine/support/sdk-app.ts";

/** Milliseconds of the activity numbered `index`: 2 to 12, the same in every run. */
export function workMs(index: number): number {
  return 2 + ((index * 7919) % 11);
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const app: SdkApp = {
  activities: {
    instant: ({ value }: { value: number }) => value + 1,
    slow: async ({ index }: { index: number }) => {
      await sleep(workMs(index));
      return index;
    },
  },
  orchestrators: {
    one: function* (context) {
      return yield context.df.callActivity("instant", { value: 1 });
    },
    fan: function* (context) {
      const { count, activity } = context.df.getInput<{ count: number; activity: string }>();
      const tasks: Task[] = [];
      for (let index = 0; index < count; index += 1)
        tasks.push(context.df.callActivity(activity, { value: index, index }));
      const results: unknown[] = yield context.df.Task.all(tasks);
      return results.length;
    },
    chain: function* (context) {
      let value = 0;
      for (let step = 0; step < 500; step += 1) value = yield context.df.callActivity("instant", { value });
      return value;
    },
    wait: function* (context) {
      return yield context.df.waitForExternalEvent("Go");
    },
  },
};
