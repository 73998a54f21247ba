// What the durable engine costs when it has a past (100,000 finished instances), when it only waits, and in memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { benchEngine, type BenchEngine } from "./support/engine.ts";
import { sleep } from "./support/app.ts";
import { median, repeated, report, timed } from "./support/measure.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Ended instances as a real run leaves them, written straight into the store. */
function fillWithFinished(bench: BenchEngine, count: number): void {
  const { store } = bench;
  for (let from = 0; from < count; from += 1000) {
    store.transaction(() => {
      for (let index = from; index < from + 1000; index += 1) {
        store.putInstance({
          id: `finished-${index}`,
          execution: `e-${index}`,
          name: "one",
          version: null,
          status: "Completed",
          input: '{"value":1}',
          output: "2",
          customStatus: null,
          parentId: null,
          parentExecution: null,
          parentTask: null,
          createdMs: index,
          updatedMs: index,
          endedMs: index,
        });
        store.appendHistory(`finished-${index}`, 0, '{"IsPlayed":true,"EventType":12}');
      }
    });
  }
}

async function msPerOrchestration(bench: BenchEngine, count: number): Promise<number> {
  const ms = await timed(async () => {
    for (let index = 0; index < count; index += 1) bench.engine.client.start({ name: "one", input: "null" });
    await bench.engine.idle();
  });
  return ms / count;
}

async function past(): Promise<void> {
  const fresh = await benchEngine();
  const old = await benchEngine();
  try {
    fillWithFinished(old, 100_000);
    await msPerOrchestration(fresh, 300);
    await msPerOrchestration(old, 300);
    const ratios = await repeated(5, async () => {
      const without = await msPerOrchestration(fresh, 500);
      return (await msPerOrchestration(old, 500)) / without;
    });
    report({
      name: "turns with 100,000 finished instances against none",
      value: median(ratios),
      unit: "x",
      target: { atMost: 1.5 },
    });
  } finally {
    await fresh.dispose();
    await old.dispose();
  }
}

async function idleCost(): Promise<void> {
  const bench = await benchEngine();
  try {
    for (let index = 0; index < 1000; index += 1) bench.engine.client.start({ name: "wait", input: "null" });
    await bench.engine.idle();
    await sleep(500);
    const before = process.cpuUsage();
    await sleep(3000);
    const used = process.cpuUsage(before);
    report({
      name: "processor while 1,000 instances wait",
      value: ((used.user + used.system) / 3_000_000) * 100,
      unit: "%",
      target: { atMost: 1 },
    });
  } finally {
    await bench.dispose();
  }
}

async function memory(): Promise<void> {
  const bench = await benchEngine();
  try {
    await msPerOrchestration(bench, 500);
    collectGarbage();
    const before = process.memoryUsage();
    for (let index = 0; index < 10_000; index += 1) {
      bench.engine.client.start({ name: "wait", input: "null" });
      if (index % 100 === 0) await bench.engine.idle();
    }
    await bench.engine.idle();
    collectGarbage();
    const after = process.memoryUsage();
    const mb = (bytes: number) => bytes / 2 ** 20;
    report({
      name: "memory for 10,000 waiting instances (resident)",
      value: mb(after.rss - before.rss),
      unit: "MB",
      target: { atMost: 60 },
      note: `heap ${mb(after.heapUsed - before.heapUsed).toFixed(1)} MB`,
    });
  } finally {
    await bench.dispose();
  }
}

await past();
await idleCost();
await memory();
