// The process that gets killed: an engine on a file, on real time, running mixed orchestrations until all have ended.
// Arguments: path of the database, number of instances, seed, and `endless` when the last of them is to wait for ever. Prints
// `ready` when it has started and `done` at the end.
import { systemClock } from "../../../local/clock.ts";
import { createDurableEngine, sqliteStore } from "../../../local/durable-engine/index.ts";
import type { Logger } from "../../../local/logger.ts";
import { seededRandom, systemRandom } from "../../../local/random.ts";
import { mixedApp } from "../../unit/local/durable-engine/support/mixed-app.ts";
import { sdkInvoker } from "../../unit/local/durable-engine/support/sdk-app.ts";

const [path = "", count = "0", seed = "1", until = "end"] = process.argv.slice(2);
const waitsForEver = until === "endless" ? Number(count) - 1 : undefined;
const random = seededRandom(Number(seed));
const fail = (event: string, fields: unknown) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
const logger: Logger = { debug: () => undefined, info: () => undefined, warn: fail, error: fail };
const store = sqliteStore(path);
const engine = createDurableEngine({
  store,
  invoker: sdkInvoker(mixedApp(() => new Promise((resolve) => setTimeout(resolve, random.next() * 4)))),
  clock: systemClock(),
  random: systemRandom(),
  logger,
  taskHub: "Crash",
  maxConcurrentActivities: 16,
  maxConcurrentOrchestrators: 16,
});
await engine.start();
process.stdout.write("ready\n");

const open = new Set(Array.from({ length: Number(count) }, (_, index) => index));
const told = new Set<number>();
for (const index of open) {
  const instanceId = `mixed-${index}`;
  if (engine.client.get(instanceId) === undefined)
    engine.client.start({ name: "mixed", instanceId, input: JSON.stringify(index) });
  if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
}
while (open.size > 0) {
  for (const index of open) {
    const status = engine.client.get(`mixed-${index}`);
    if (status?.runtimeStatus !== "Running" && status?.runtimeStatus !== "Pending") open.delete(index);
    else if (status.customStatus === '"waiting"' && index !== waitsForEver && !told.has(index)) {
      told.add(index);
      engine.client.raiseEvent(`mixed-${index}`, "Go", JSON.stringify(index));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await engine.idle();
await engine.stop(1000);
store.close();
process.stdout.write("done\n");
