// 1,000 jobs that do nothing on a cluster of 4 nodes: what the control plane adds to each. `ideal` is the same number of
// the same Batch tasks, launched by the same launcher, handed to the Batch emulator at once without any control plane.
// Run: npm run bench -- api/no-op [--jobs 1000]
import { countJobs, createCluster, inLanes, noOpJob, pause, startBenchCloud } from "./support/bench-cloud.ts";

const jobs = Number(process.argv[process.argv.indexOf("--jobs") + 1] || 1000) || 1000;
const lanes = 30;
const bench = await startBenchCloud();
try {
  const cluster = await createCluster(bench, 4);
  const put = (name: string) =>
    bench.api.call("PUT", `${bench.workspace}/experiments/e/jobs/${name}`, noOpJob(cluster));
  await put("warm-up");
  while ((await countJobs(bench, ["succeeded"])) < 1) await pause(50);
  const began = performance.now();
  await inLanes(jobs, lanes, (index) => put(`j${index}`));
  const submitted = performance.now() - began;
  while ((await countJobs(bench, ["succeeded", "failed"])) < jobs + 1) await pause(500);
  const wall = performance.now() - began;
  const failed = await countJobs(bench, ["failed"]);
  console.log(
    `${jobs} jobs: submitted in ${submitted.toFixed(0)} ms, wall ${wall.toFixed(0)} ms, failed ${failed}`,
  );
  console.log(`per job: ${(wall / jobs).toFixed(1)} ms`);
} finally {
  await bench.dispose();
}
