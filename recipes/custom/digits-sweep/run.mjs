// Puts the sweep, waits for its end, prints the table of its trials and where the best model is.
//   node run.mjs URL-OF-EXPERIMENT CLUSTER-ID [NAME [FILE [SWEEP]]]      with a token in BATCHAI_TOKEN
// FILE gets the trials and their learning curves as JSON. SWEEP is another sweep's file than the one that lies here.
import { readFileSync, writeFileSync } from "node:fs";

const [experiment, clusterId, name = "digits", file, sweep = new URL("sweep.json", import.meta.url)] =
  process.argv.slice(2);
const text = readFileSync(sweep, "utf8").replace("<CLUSTER_ID>", clusterId);

async function call(method, path, body) {
  const response = await fetch(
    `${experiment}/sweeps/${name}${path}${path.includes("?") ? "&" : "?"}api-version=2026-11-01`,
    {
      method,
      headers: { authorization: `Bearer ${process.env.BATCHAI_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

/** Accuracies by epoch, for those who plot them. */
async function withCurves(found) {
  const curved = [];
  for (const { trial, state, value, parameters } of found) {
    const { buckets } = await call("GET", `/metrics?trial=${trial}&metric=accuracy`);
    curved.push({
      trial,
      state,
      value,
      parameters,
      curve: buckets.map(({ toStep, last }) => [toStep, last]),
    });
  }
  return curved.sort((a, b) => a.trial - b.trial);
}

let { properties } = await call("PUT", "", text);
while (properties.executionState === "running") {
  await new Promise((resolve) => setTimeout(resolve, 500));
  ({ properties } = await call("GET", ""));
}
const { value: trials } = await call("GET", "/trials?orderby=value%20desc");
console.log("trial  state      accuracy  rate      width  batch");
for (const { trial, state, value, parameters } of trials)
  console.log(
    String(trial).padEnd(6),
    state.padEnd(10),
    String(value ?? "").padEnd(9),
    Number(parameters.RATE).toPrecision(3).padEnd(9),
    String(parameters.WIDTH).padEnd(6),
    parameters.BATCH,
  );
if (file !== undefined) writeFileSync(file, `${JSON.stringify(await withCurves(trials), undefined, 2)}\n`);
for (const { message } of [...properties.errors, ...properties.warnings]) console.log(message);
for (const { trial, error } of trials)
  if (error !== undefined) console.log(`trial ${trial}: ${error.message}`);
if (properties.executionState !== "succeeded") process.exit(1);
const best = await call("GET", "/best");
console.log(`\n${properties.endReason}: best is trial ${best.trial}, accuracy ${best.value}`);
console.log(`model: output MODEL of ${best.jobId}`);
