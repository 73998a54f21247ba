// How quickly metrics are taken in and read, over the local table storage: sixteen jobs that post a hundred points of ten metrics at
// a time, and the curve of a series of a million points. Run: npm run bench -- sweeps/metric-points
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { silentLogger } from "../../local/logger.ts";
import { startAzurite } from "../../local/storage/index.ts";
import { tableDocuments } from "../../services/azure/table-documents.ts";
import { metrics } from "../../services/documents/metrics.ts";
import { report } from "../durable/support/measure.ts";

const account = { name: "bench", key: Buffer.alloc(64, 7).toString("base64") };
const folder = await mkdtemp(join(tmpdir(), "bench-metrics-"));
const childFile = fileURLToPath(new URL("../../local/azurite.mjs", import.meta.url));
const azurite = await startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
try {
  const credential = new AzureNamedKeyCredential(account.name, account.key);
  const client = new TableClient(azurite.tableUrl, "bench", credential, { allowInsecureConnection: true });
  const store = metrics(tableDocuments(client));
  const curveAt = (step: number) => Math.exp(-step / 1000) + Math.sin(step * 12.9898) / 50;
  const points = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ step: from + at, value: curveAt(from + at) }));
  await store.append({ group: "warm", run: "up" }, [{ name: "loss", points: points(0, 1) }]);

  const [jobs, requests] = [16, 25];
  const names = Array.from({ length: 10 }, (_, at) => `metric-${at}`);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: jobs }, async (_, job) => {
      for (let request = 0; request < requests; request += 1)
        await store.append(
          { group: "sweep", run: `job-${job}` },
          names.map((name) => ({ name, points: points(request * 10, 10) })),
        );
    }),
  );
  const taken = (jobs * requests * 100) / ((performance.now() - began) / 1000);
  report({ name: "points of 16 jobs, 100 a request", value: taken, unit: "1/s", target: { atLeast: 2000 } });

  const run = { group: "long", run: "job" };
  const start = performance.now();
  for (let from = 0; from < 1_000_000; from += 20_000)
    await store.append(run, [{ name: "loss", points: points(from, 20_000) }]);
  const million = 1_000_000 / ((performance.now() - start) / 1000);
  report({ name: "a million points of one series, 20,000 a request", value: million, unit: "1/s" });
  const times: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const before = performance.now();
    const curve = await store.curve(run, "loss", 1000);
    times.push(performance.now() - before);
    if (curve?.figures.n !== 1_000_000) throw new Error(`${curve?.figures.n} points are there`);
  }
  times.sort((a, b) => a - b);
  report({ name: "  its curve in 1,000 buckets, median", value: times[20] ?? 0, unit: "ms" });
  report({ name: "  p95", value: times[37] ?? 0, unit: "ms", target: { atMost: 200 } });
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}
