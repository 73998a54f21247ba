// The durable engine's speed on SQLite (WAL, synchronous NORMAL), next to a baseline of the same run: the same
// activities called directly in a loop. Median of 5. `npm run bench -- durable`
import { app, sleep, workMs } from "./support/app.ts";
import { benchEngine } from "./support/engine.ts";
import { median, repeated, report, timed } from "./support/measure.ts";

const rounds = 5;
const instant = app.activities?.["instant"] as (input: unknown) => unknown;

async function direct(count: number): Promise<number> {
  return timed(async () => {
    for (let index = 0; index < count; index += 1) await instant({ value: index });
  });
}

async function oneActivity(count: number): Promise<number> {
  const bench = await benchEngine();
  try {
    const ms = await timed(async () => {
      for (let index = 0; index < count; index += 1)
        bench.engine.client.start({ name: "one", input: "null" });
      await bench.engine.idle();
    });
    return (count / ms) * 1000;
  } finally {
    await bench.dispose();
  }
}

async function once(name: string, input: unknown): Promise<number> {
  const bench = await benchEngine();
  try {
    return await timed(() => bench.finish(name, input));
  } finally {
    await bench.dispose();
  }
}

/** The same 3,000 waits, 16 at a time, without an engine. */
async function directSlow(count: number): Promise<number> {
  return timed(async () => {
    let next = 0;
    const lane = async () => {
      for (let index = next++; index < count; index = next++) await sleep(workMs(index));
    };
    await Promise.all(Array.from({ length: 16 }, lane));
  });
}

async function warmUp(): Promise<void> {
  await oneActivity(300);
  await once("fan", { count: 200, activity: "instant" });
}

await warmUp();
report({
  name: "baseline: 1,000 direct calls",
  value: median(await repeated(rounds, () => direct(1000))),
  unit: "ms",
});
report({
  name: "one-activity orchestrations",
  value: median(await repeated(rounds, () => oneActivity(1000))),
  unit: "/s",
  target: { atLeast: 1000 },
});
const fanMs = median(await repeated(rounds, () => once("fan", { count: 1000, activity: "instant" })));
report({
  name: "fan-out of 1,000 instant activities",
  value: 1_000_000 / fanMs,
  unit: "act/s",
  target: { atLeast: 8000 },
});
report({
  name: "chain of 500 activities",
  value: median(await repeated(rounds, () => once("chain", null))),
  unit: "ms",
  target: { atMost: 1500 },
});
const ratios: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const baseline = await directSlow(3000);
  ratios.push((await once("fan", { count: 3000, activity: "slow" })) / baseline);
}
report({
  name: "fan-out of 3,000 of 2-12 ms against direct",
  value: median(ratios),
  unit: "x",
  target: { atMost: 1.25 },
});
