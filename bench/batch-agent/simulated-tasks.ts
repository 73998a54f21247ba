// How many events of simulated tasks (a start, an end) a minute of real time holds, with a manual clock and 1,000 nodes.
// Arguments: [TASKS].
import type { Launch } from "../../local/batch-emulator/agent/executor.ts";
import { createSimulatedExecutor } from "../../local/batch-emulator/agent/simulated-executor.ts";
import { manualClock } from "../../local/clock.ts";
import { seededRandom } from "../../local/random.ts";

const tasks = Number(process.argv[2] ?? 1_000_000);
const nodes = 1_000;
const clock = manualClock();
const executor = createSimulatedExecutor({ clock, random: seededRandom(1) });
let next = 0;
let events = 0;

async function node(): Promise<void> {
  while (next < tasks) {
    const id = `task-${next++}`;
    const launch: Launch = {
      id,
      nodeRoot: "/",
      taskDirectory: "/",
      workingDirectory: "/",
      commandLine: "batchai.sim --duration 1s..1m",
      environment: {},
      resourceFiles: [],
      commonResourceFiles: [],
      outputFiles: [],
      keepOutput: false,
    };
    await executor.run(launch, () => (events += 1));
    events += 1;
    await executor.forget(id);
  }
}

const began = performance.now();
const all = Promise.all(Array.from({ length: nodes }, node));
while (next < tasks || events < 2 * tasks) await clock.advance(60_000);
await all;
const seconds = (performance.now() - began) / 1_000;
console.log(
  `${tasks} simulated tasks on ${nodes} nodes in ${seconds.toFixed(1)} s: ` +
    `${Math.round((events / seconds) * 60).toLocaleString("en")} events a minute`,
);
