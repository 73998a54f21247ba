// `batchai job list` of many jobs as a process of its own, to the last byte of its JSON, beside the same rows read straight from Azurite
// and `node` reading and printing a file of the same bytes: what no client could do without.
// Run: npm run bench -- cli/job-list [--jobs 10000]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { median, report, timed } from "../durable/support/measure.ts";
import { startBenchCloud } from "../api/support/bench-cloud.ts";
import { waitingJobs } from "../api/support/waiting-jobs.ts";

const jobs = Number(process.argv[process.argv.indexOf("--jobs") + 1] || 10_000) || 10_000;
const rounds = 7;
const program = resolve("dist/local/batchai.mjs");
const bench = await startBenchCloud();
try {
  const { urls, subscriptionId, resourceGroup, token } = bench.cloud.description;
  const { pages } = await waitingJobs(bench, jobs);
  const readRows = async () => {
    let found = 0;
    for await (const page of pages()) found += page.length;
    if (found !== jobs) throw new Error(`${found} rows instead of ${jobs}`);
  };

  const environment = {
    ...process.env,
    BATCHAI_ENDPOINT: urls.api,
    BATCHAI_TOKEN: token,
    BATCHAI_SUBSCRIPTION_ID: subscriptionId,
    BATCHAI_RESOURCE_GROUP: resourceGroup,
    BATCHAI_WORKSPACE: "bench",
    BATCHAI_EXPERIMENT: "e",
  };
  const run = (words: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, words, {
        env: environment,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      child.on("error", reject).on("close", (code) => {
        if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
        else reject(new Error(`${words.join(" ")}: exit code ${code}`));
      });
    });

  const list = [program, "job", "list", "-o", "json"];
  const text = await run(list);
  const found = (JSON.parse(text) as unknown[]).length;
  if (found !== jobs) throw new Error(`${found} jobs listed instead of ${jobs}`);
  const folder = mkdtempSync(join(tmpdir(), "job-list-"));
  const file = join(folder, "jobs.json");
  writeFileSync(file, text);
  const copy = `process.stdout.write(JSON.stringify(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")), null, 2))`;

  const times = { list: [] as number[], rows: [] as number[], copy: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.list.push(await timed(async () => void (await run(list))));
    times.rows.push(await timed(readRows));
    times.copy.push(await timed(async () => void (await run(["-e", copy, file]))));
  }
  rmSync(folder, { recursive: true });
  report({
    name: `batchai job list of ${jobs} jobs`,
    value: median(times.list),
    unit: "ms",
    target: { atMost: 500 },
  });
  report({ name: "the same rows from Azurite, by its client", value: median(times.rows), unit: "ms" });
  report({ name: "node reading and printing the same JSON", value: median(times.copy), unit: "ms" });
} finally {
  await bench.dispose();
}
