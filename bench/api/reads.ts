// Reading through the API against the same reads straight from Azurite, in turns: one job by name, and the list of 1,000.
// Run: npm run bench -- api/reads [--jobs 1000]
import { percentile } from "../functions-host/support/load.ts";
import { median, report, timed } from "../durable/support/measure.ts";
import { startBenchCloud } from "./support/bench-cloud.ts";
import { waitingJobs } from "./support/waiting-jobs.ts";

const jobs = Number(process.argv[process.argv.indexOf("--jobs") + 1] || 1000) || 1000;
const rounds = 300;
const bench = await startBenchCloud();
try {
  const { api } = bench;
  const { list, table, partition, pages } = await waitingJobs(bench, jobs);
  const rows = () => pages().next();

  const single = { api: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const name = `j${round % jobs}`;
    single.api.push(await timed(async () => void (await api.call("GET", `${list}/${name}`))));
    single.bare.push(await timed(async () => void (await table.getEntity(partition, `job|e|${name}`))));
  }
  const whole = { api: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 15; round += 1) {
    whole.api.push(await timed(async () => void (await api.call("GET", list))));
    whole.bare.push(await timed(async () => void (await rows())));
  }
  const p95 = { api: percentile(single.api, 0.95), bare: percentile(single.bare, 0.95) };
  report({ name: "GET of a job, p95", value: p95.api, unit: "ms", target: { atMost: 10 } });
  report({ name: "the same entity from Azurite, p95", value: p95.bare, unit: "ms" });
  report({
    name: `list of ${jobs} jobs, median`,
    value: median(whole.api),
    unit: "ms",
    target: { atMost: 150 },
  });
  report({ name: "the same entities from Azurite, median", value: median(whole.bare), unit: "ms" });
} finally {
  await bench.dispose();
}
