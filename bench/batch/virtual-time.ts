// A day of a big pool in moments: the whole emulator in memory with a clock driven by hand, 1,000 nodes, a million
// simulated tasks submitted over HTTP. Runs a smaller copy three times to show that the seed alone decides what happens.
// Arguments: [TASKS] [NODES].
import { simulate } from "./support/simulation.ts";

const [tasks = 1_000_000, nodes = 1_000] = process.argv.slice(2).map(Number);

const copy = { tasks: Math.ceil(tasks / 50), nodes: Math.ceil(nodes / 10) };
const hashes: string[] = [];
for (const seed of [1, 1, 2]) hashes.push((await simulate({ ...copy, seed })).hash);
const [one, again, other] = hashes;
console.log(`${copy.tasks} tasks on ${copy.nodes} nodes: seed 1 ${one}, seed 1 ${again}, seed 2 ${other}`);
if (one !== again || one === other) throw new Error("the seed does not decide what happens");

const cpuBefore = process.cpuUsage();
const { hash, events, submitMs, runMs, virtualMs } = await simulate({
  tasks,
  nodes,
  seed: 1,
});
const perMinute = (ms: number) => Math.round((events / ms) * 60_000).toLocaleString("en");
console.log(
  `${tasks} simulated tasks on ${nodes} nodes, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours: ${events} task events ` +
    `(start, end) in ${(runMs / 1000).toFixed(1)} s = ${perMinute(runMs)} a minute; with their submission ` +
    `(${(submitMs / 1000).toFixed(1)} s) ${perMinute(submitMs + runMs)}; outcome ${hash}`,
);
const { user, system } = process.cpuUsage(cpuBefore);
console.log(`CPU of all that, the client's included: ${((user + system) / 1e6).toFixed(1)} s`);
console.log(`resident memory at the end: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`);
