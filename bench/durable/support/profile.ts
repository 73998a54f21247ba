import { benchEngine } from "./engine.ts";
const [what = "chain", times = "5"] = process.argv.slice(2);
const bench = await benchEngine();
const t = performance.now();
if (what === "one") {
  for (let i = 0; i < Number(times); i++) bench.engine.client.start({ name: "one", input: "null" });
  await bench.engine.idle();
} else for (let i = 0; i < Number(times); i++) await bench.finish(what, { count: 3000, activity: "slow" });
console.log(what, (performance.now() - t) / Number(times));
await bench.dispose();
