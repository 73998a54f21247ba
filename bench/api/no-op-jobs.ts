// Jobs that do nothing on a cluster of 4 nodes: what the control plane adds to each. The ideal is the same number of the
// same tasks, run by the same launcher on the same pool, without any control plane. Both parts use all of a small machine.
// Run: npm run bench -- api/no-op [--jobs 1000]
import { report } from "../durable/support/measure.ts";
import { runBareTasks } from "./support/bare-tasks.ts";
import { countJobs, createCluster, inLanes, noOpJob, pause, startBenchCloud } from "./support/bench-cloud.ts";

const jobs = Number(process.argv[process.argv.indexOf("--jobs") + 1] || 1000) || 1000;
const lanes = 30;
const bench = await startBenchCloud();
try {
  const cluster = await createCluster(bench, 4);
  const put = (name: string) =>
    bench.api.call("PUT", `${bench.workspace}/experiments/e/jobs/${name}`, noOpJob(cluster));
  const hasEnded = async (name: string) => {
    const { properties } = await bench.api.call("GET", `${bench.workspace}/experiments/e/jobs/${name}`);
    return properties.executionState === "succeeded" || properties.executionState === "failed";
  };
  await put("warm-up");
  while ((await countJobs(bench, ["succeeded"])) < 1) await pause(50);
  const before = await runBareTasks(bench, jobs);
  const began = performance.now();
  await inLanes(jobs, lanes, (index) => put(`j${index}`));
  const submitted = performance.now() - began;
  // The queue is served in order, so that looking at the last job is enough, and costs nothing.
  while (!(await hasEnded(`j${jobs - 1}`))) await pause(200);
  while ((await countJobs(bench, ["succeeded", "failed"])) < jobs + 1) await pause(200);
  const wall = performance.now() - began;
  const after = await runBareTasks(bench, jobs);
  const ideal = (before + after) / 2;
  const failed = await countJobs(bench, ["failed"]);
  report({ name: `${jobs} jobs accepted, ${lanes} connections`, value: submitted / jobs, unit: "ms/job" });
  report({ name: "from the first PUT to the last end", value: wall / jobs, unit: "ms/job" });
  report({ name: "ideal: the bare tasks", value: ideal / jobs, unit: "ms/task" });
  const overhead = (wall - ideal) / jobs;
  report({ name: "overhead of the control plane", value: overhead, unit: "ms/job", target: { atMost: 25 } });
  report({ name: "failed", value: failed, unit: "jobs", target: { atMost: 0 } });
} finally {
  await bench.dispose();
}
