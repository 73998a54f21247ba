// Runs one random program to its end in a hostile world: activities end in random order, places are few or many,
// completions and activities are delivered twice, and the process dies at random transactions.
import { manualClock } from "../../../../../local/clock.ts";
import { seededRandom } from "../../../../../local/random.ts";
import { memoryStore, type DurableStore } from "../../../../../local/durable-engine/index.ts";
import { crashableStore } from "./crashable-store.ts";
import { childrenOf, eventsOf, programApp, type Step } from "./random-programs.ts";
import { startEngine, type RunningEngine } from "./running-engine.ts";

export interface Hostility {
  seed: number;
  places: number;
  /** Chance of each message and activity row to be stored twice. */
  duplicates: number;
  /** Transactions between crashes; the process dies once for each. */
  crashes: number[];
}

export interface ProgramOutcome {
  status: string;
  output: unknown;
  count: number;
  restarts: number;
  /** Rows that nothing refers to any more. */
  orphans: number;
}

export async function runHostile(program: Step[], hostility: Hostility): Promise<ProgramOutcome> {
  const random = seededRandom(hostility.seed);
  const inner = memoryStore();
  const clock = manualClock();
  const app = programApp(async () => {
    for (let hops = Math.floor(random.next() * 4); hops > 0; hops -= 1)
      await new Promise((resolve) => setImmediate(resolve));
  });
  const events = [{ instanceId: "main", program }, ...childrenOf(program, "main")].flatMap((instance) =>
    eventsOf(instance.program, instance.instanceId),
  );
  const crashes = [...hostility.crashes];
  let restarts = 0;
  for (;;) {
    const after = crashes.shift();
    const store = crashableStore(
      doubling(inner, () => random.next() < hostility.duplicates),
      after === undefined
        ? undefined
        : { atTransaction: after, phase: random.next() < 0.5 ? "before" : "after" },
    );
    try {
      const running = await startEngine(app, {
        store,
        clock,
        random: seededRandom(hostility.seed + restarts + 1),
        maxConcurrentActivities: hostility.places,
        maxConcurrentOrchestrators: hostility.places,
      });
      await drive(running, program, events);
      const { status, output } = running.status("main");
      await running.engine.stop(0);
      return { status, output, restarts, count: countOf(inner), orphans: orphansOf(inner) };
    } catch (error) {
      if (!(error as Error).message.startsWith("crashed")) throw error;
      restarts += 1;
    } finally {
      store.crash();
    }
  }
}

async function drive(
  { engine, client, clock, advance }: RunningEngine,
  program: Step[],
  events: { instanceId: string; name: string; value: number }[],
): Promise<void> {
  // An ended instance would be replaced, so a start that was recorded before a crash isn't repeated.
  if (client.get("main") === undefined)
    client.start({ name: "program", instanceId: "main", input: JSON.stringify({ program }) });
  for (let round = 0; round < 10_000; round += 1) {
    await engine.idle();
    const status = client.get("main")?.runtimeStatus;
    if (status !== "Running" && status !== "Pending") return;
    for (const { instanceId, name, value } of events)
      client.raiseEvent(instanceId, name, JSON.stringify(value));
    await engine.idle();
    const next = clock.next();
    if (next !== undefined) await advance(next - clock.now());
  }
  throw new Error("the program doesn't end");
}

/** Stores some rows twice, as an at-least-once queue may deliver them. */
function doubling(store: DurableStore, chance: () => boolean): DurableStore {
  return {
    ...store,
    addMessage: (target, execution, body) => {
      if (!target.startsWith("@") && /"EventType":(5|6|8|9|11),/.test(body) && chance())
        store.addMessage(target, execution, body);
      return store.addMessage(target, execution, body);
    },
    addActivity: (row) => {
      if (chance()) store.addActivity(row);
      return store.addActivity(row);
    },
  };
}

function countOf(store: DurableStore): number {
  return Number(store.entity("@total@all")?.state ?? 0);
}

/** Duplicated activities may still wait for a restart; they are not counted. */
function orphansOf(store: DurableStore): number {
  const timers = store.timersDue(Number.MAX_SAFE_INTEGER, 1000).length;
  const open = store.instances({ top: 1000 }).filter((row) => row.endedMs === null).length;
  return timers + open;
}
