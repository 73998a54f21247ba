// How many requests things cost, counted on their way to storage and Batch: a job; an hour in which nothing happens; the
// watching of a cluster while 10, 100 and 1,000 jobs wait. Counts hardly depend on how busy the machine is.
// Run: npm run bench -- api/requests [--jobs 200] [--idle-seconds 120]
import { report } from "../durable/support/measure.ts";
import { countJobs, createCluster, inLanes, noOpJob, pause } from "./support/bench-cloud.ts";
import { byPlace, startCountedCloud, total } from "./support/counted-cloud.ts";

const option = (name: string, otherwise: number) =>
  Number(process.argv[process.argv.indexOf(name) + 1] || otherwise) || otherwise;
const jobs = option("--jobs", 200);
const idleSeconds = option("--idle-seconds", 120);
const bench = await startCountedCloud();
const { api, workspace } = bench;
const put = (name: string, body: object) => api.call("PUT", `${workspace}/experiments/e/jobs/${name}`, body);

async function ofJobs(): Promise<void> {
  const cluster = await createCluster(bench, 4);
  await put("warm-up", noOpJob(cluster));
  while ((await countJobs(bench, ["succeeded"])) < 1) await pause(100);
  await pause(2_000);
  bench.takeStorage();
  await inLanes(jobs, 30, (index) => put(`j${index}`, noOpJob(cluster)));
  // Nobody looks meanwhile: looking costs requests, too.
  await pause(jobs * 30);
  while ((await countJobs(bench, ["queued", "running"])) > 0) await pause(10_000);
  const counts = bench.takeStorage();
  const perJob = total(counts) / jobs;
  report({ name: "storage operations", value: perJob, unit: "per job", target: { atMost: 9 } });
  console.log(`     ${byPlace(counts, jobs)}`);
}

async function ofAnIdleHour(): Promise<void> {
  await pause(20_000);
  bench.takeStorage();
  bench.takeBatch();
  await pause(idleSeconds * 1_000);
  const counts = bench.takeStorage();
  const perHour = (total(counts) / idleSeconds) * 3_600;
  const note = `from ${idleSeconds} s: ${byPlace(counts) || "none"}; Batch: ${byPlace(bench.takeBatch()) || "none"}`;
  report({
    name: "storage operations, idle",
    value: perHour,
    unit: "per hour",
    target: { atMost: 120 },
    note,
  });
}

async function ofWaitingJobs(): Promise<void> {
  const cluster = await createCluster(bench, 1, "busy");
  await put("blocker", noOpJob(cluster, "sleep 900"));
  let waiting = 0;
  for (const count of [10, 100, 1_000]) {
    await inLanes(count - waiting, 30, (index) => put(`w${waiting + index}`, noOpJob(cluster)));
    waiting = count;
    await pause(15_000);
    bench.takeBatch();
    bench.takeStorage();
    await pause(20_000);
    const calls = bench.takeBatch();
    const note = `${byPlace(calls)}; storage ${total(bench.takeStorage())}`;
    report({ name: `Batch calls, ${count} jobs waiting`, value: total(calls), unit: "in 20 s", note });
  }
}

try {
  await ofJobs();
  await ofAnIdleHour();
  await ofWaitingJobs();
} finally {
  await bench.dispose();
}
