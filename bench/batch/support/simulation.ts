// One simulated run of the whole emulator. What happened is told by a hash over every task's place, times, exit code and
// tries, in the order in which the tasks ended.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { createSimulatedExecutor } from "../../../local/batch-emulator/agent/simulated-executor.ts";
import { manualClock } from "../../../local/clock.ts";
import { seededRandom } from "../../../local/random.ts";
import { benchClient } from "./client.ts";
import { benchEmulator } from "./emulator.ts";

export interface Simulated {
  readonly hash: string;
  readonly events: number;
  readonly submitMs: number;
  readonly runMs: number;
  readonly virtualMs: number;
}

export async function simulate(o: { tasks: number; nodes: number; seed: number }): Promise<Simulated> {
  const clock = manualClock();
  const hash = createHash("sha256");
  let events = 0;
  const simulated = createSimulatedExecutor({ clock, random: seededRandom(o.seed) });
  const emulator = await benchEmulator({
    dataDirectory: "memory",
    simulated: true,
    clock,
    random: seededRandom(o.seed),
    parameters: { dedicatedCoreQuota: o.nodes, clockSkewMs: 0 },
    executor: {
      ...simulated,
      async run(launch, started) {
        const end = await simulated.run(launch, () => {
          events += 1;
          started();
        });
        events += 1;
        hash.update(`${launch.id} ${basename(launch.nodeRoot)} ${JSON.stringify(end)}\n`);
        return end;
      },
    },
  });
  // One connection: the order in which requests come is not the seed's to decide.
  const client = benchClient(emulator.url);
  await client.call("POST", "/jobs", "", { id: "j", poolInfo: { poolId: "p" } });
  const began = performance.now();
  await client.addTasks("j", o.tasks, "batchai.sim --duration 1s..10m --exit 3 --chance 0.1");
  const submitted = performance.now();
  await client.call("POST", "/pools", "", {
    id: "p",
    vmSize: "any",
    virtualMachineConfiguration: { imageReference: {}, nodeAgentSKUId: "any" },
    targetDedicatedNodes: o.nodes,
  });
  const from = clock.now();
  while (events < 2 * o.tasks) await clock.advance(60_000);
  const result = {
    events,
    submitMs: submitted - began,
    runMs: performance.now() - submitted,
    virtualMs: clock.now() - from,
  };
  client.close();
  await emulator.dispose();
  return { ...result, hash: hash.digest("hex").slice(0, 16) };
}
