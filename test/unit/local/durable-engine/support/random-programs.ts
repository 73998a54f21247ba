// Random orchestrations as data: one orchestrator runs any program, and `expectedResult` says what must come out whatever
// the order, batching, duplication and restarts on the way.
import { EntityId, RetryOptions, type OrchestrationContext, type Task } from "durable-functions";
import fc from "fast-check";
import type { SdkApp } from "./sdk-app.ts";

export type Step =
  | { do: "activity"; value: number }
  | { do: "retried"; key: string; failures: number; value: number }
  | { do: "caught"; value: number }
  | { do: "timer"; ms: number }
  | { do: "event"; name: string; value: number }
  | { do: "child"; program: Step[]; named: boolean }
  | { do: "count"; by: number }
  | { do: "countAndWait"; by: number }
  | { do: "loop"; rounds: number; value: number }
  | { do: "status"; value: number }
  | { do: "all"; steps: Step[] };

/** Names and keys are made unique by `number`, because equal names may legally be served in another order. */
export function numbered(program: readonly Step[], path = "p"): Step[] {
  return program.map((step, index) => {
    const here = `${path}-${index}`;
    switch (step.do) {
      case "retried":
        return { ...step, key: here };
      case "event":
        return { ...step, name: here };
      case "child":
        return { ...step, program: numbered(step.program, here) };
      case "all":
        return { ...step, steps: numbered(step.steps, here) };
      default:
        return step;
    }
  });
}

const value = fc.integer({ min: 0, max: 99 });

export const programs: fc.Arbitrary<Step[]> = fc
  .letrec<{ step: Step; parallel: Step; program: Step[] }>((tie) => ({
    parallel: fc.oneof(
      { maxDepth: 2 },
      fc.record({ do: fc.constant("activity" as const), value }),
      fc.record({
        do: fc.constant("retried" as const),
        key: fc.constant(""),
        failures: fc.integer({ min: 0, max: 2 }),
        value,
      }),
      fc.record({ do: fc.constant("timer" as const), ms: fc.integer({ min: 1, max: 9 * 86_400_000 }) }),
      fc.record({ do: fc.constant("event" as const), name: fc.constant(""), value }),
      fc.record({ do: fc.constant("countAndWait" as const), by: value }),
      fc.record({ do: fc.constant("child" as const), program: tie("program"), named: fc.boolean() }),
    ),
    step: fc.oneof(
      { maxDepth: 2 },
      tie("parallel"),
      fc.record({ do: fc.constant("caught" as const), value }),
      fc.record({ do: fc.constant("count" as const), by: value }),
      fc.record({ do: fc.constant("loop" as const), rounds: fc.integer({ min: 1, max: 4 }), value }),
      fc.record({ do: fc.constant("status" as const), value }),
      fc.record({
        do: fc.constant("all" as const),
        steps: fc.array(tie("parallel"), { minLength: 1, maxLength: 4 }),
      }),
    ),
    program: fc.array(tie("step"), { minLength: 1, maxLength: 5 }),
  }))
  .program.map((program) => numbered(program));

export function expectedResult(program: readonly Step[]): unknown[] {
  return program.map(expectedOf);
}

function expectedOf(step: Step): unknown {
  switch (step.do) {
    case "activity":
    case "retried":
      return step.value + 1;
    case "caught":
      return `caught ${step.value}`;
    case "timer":
      return "rang";
    case "event":
      return step.value;
    case "child":
      return expectedResult(step.program);
    case "count":
    case "countAndWait":
      return "counted";
    case "loop":
      return step.rounds * step.value;
    case "status":
      return step.value;
    case "all":
      return expectedResult(step.steps);
  }
}

/** What the shared counter must show in the end. */
export function expectedCount(program: readonly Step[]): number {
  return program.reduce((sum, step) => {
    switch (step.do) {
      case "count":
      case "countAndWait":
        return sum + step.by;
      case "child":
        return sum + expectedCount(step.program);
      case "all":
        return sum + expectedCount(step.steps);
      default:
        return sum;
    }
  }, 0);
}

/** All events that a program waits for, with the instance that does. */
export function eventsOf(
  program: readonly Step[],
  instanceId: string,
): { instanceId: string; name: string; value: number }[] {
  return program.flatMap((step) => {
    switch (step.do) {
      case "event":
        return [{ instanceId, name: step.name, value: step.value }];
      case "all":
        return eventsOf(step.steps, instanceId);
      default:
        return [];
    }
  });
}

/** Children that wait for events must be found by the driver, so they get an id it can work out. */
export function childrenOf(
  program: readonly Step[],
  instanceId: string,
): { instanceId: string; program: Step[] }[] {
  return program.flatMap((step, index) => {
    if (step.do === "child") {
      const child = { instanceId: childId(instanceId, index), program: step.program };
      return [child, ...childrenOf(child.program, child.instanceId)];
    }
    if (step.do === "all") return childrenOf(step.steps, `${instanceId}.${index}`);
    return [];
  });
}

function childId(instanceId: string, index: number): string {
  return `${instanceId}.${index}c`;
}

const counter = new EntityId("total", "all");
const policy = new RetryOptions(10, 4);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a yield gives back depends on what was yielded
type Steps<Result> = Generator<Task, Result, any>;

function* runProgram(context: OrchestrationContext, program: readonly Step[], id: string): Steps<unknown[]> {
  const results: unknown[] = [];
  for (const [index, step] of program.entries()) results.push(yield* runStep(context, step, id, index));
  return results;
}

function* runStep(context: OrchestrationContext, step: Step, id: string, index: number): Steps<unknown> {
  switch (step.do) {
    case "count":
      context.df.signalEntity(counter, "add", step.by);
      return "counted";
    case "status":
      context.df.setCustomStatus({ value: step.value });
      return step.value;
    case "caught":
      try {
        yield context.df.callActivity("fail", { value: step.value });
      } catch (error) {
        return (error as Error).message.includes(`failed: no ${step.value}`)
          ? `caught ${step.value}`
          : String(error);
      }
      return "not thrown";
    case "loop":
      return (yield context.df.callSubOrchestrator("loop", {
        left: step.rounds,
        value: step.value,
        sum: 0,
      })) as unknown;
    case "all": {
      const tasks = step.steps.map((inner, position) => taskOf(context, inner, `${id}.${index}`, position));
      const values: unknown[] = yield context.df.Task.all(tasks);
      return values.map((value, position) => resultOf(step.steps[position] as Step, value));
    }
    default:
      return resultOf(step, (yield taskOf(context, step, id, index)) as unknown);
  }
}

function taskOf(context: OrchestrationContext, step: Step, id: string, index: number): Task {
  switch (step.do) {
    case "activity":
      return context.df.callActivity("next", { value: step.value });
    case "retried":
      return context.df.callActivityWithRetry("flaky", policy, step);
    case "timer":
      return context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + step.ms));
    case "event":
      return context.df.waitForExternalEvent(step.name);
    case "child":
      return context.df.callSubOrchestrator("program", { program: step.program }, childId(id, index));
    case "countAndWait":
      return context.df.callEntity(counter, "add", step.by);
    default:
      throw new Error(`${step.do} can't run in parallel`);
  }
}

function resultOf(step: Step, value: unknown): unknown {
  if (step.do === "timer") return "rang";
  return step.do === "countAndWait" ? "counted" : value;
}

/** `pause` decides how long each activity takes. */
export function programApp(pause: () => Promise<void>): SdkApp {
  const attempts = new Map<string, number>();
  return {
    activities: {
      next: async ({ value }: { value: number }) => {
        await pause();
        return value + 1;
      },
      flaky: async ({ key, failures, value }: { key: string; failures: number; value: number }) => {
        await pause();
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        if (attempt <= failures) throw new Error("not yet");
        return value + 1;
      },
      fail: async ({ value }: { value: number }) => {
        await pause();
        throw new Error(`no ${value}`);
      },
    },
    entities: {
      total: (context) => {
        const sum =
          ((context.df.getState(() => 0) as number | undefined) ?? 0) + (context.df.getInput<number>() ?? 0);
        context.df.setState(sum);
        context.df.return(sum);
      },
    },
    orchestrators: {
      program: function* (context) {
        const { program } = context.df.getInput<{ program: Step[] }>();
        return yield* runProgram(context, program, context.df.instanceId);
      },
      loop: function* (context) {
        const input = context.df.getInput<{ left: number; value: number; sum: number }>();
        if (input === undefined || input.left === 0) return input?.sum;
        const next: number = yield context.df.callActivity("next", { value: input.value - 1 });
        context.df.continueAsNew({ ...input, left: input.left - 1, sum: input.sum + next });
        return undefined;
      },
    },
  };
}
