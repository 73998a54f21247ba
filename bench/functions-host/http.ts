// The Functions host's speed over real HTTP: a plain function against a bare node:http server in the same run (both in a worker thread of their
// own), and the time from an HTTP start to the result of one activity. `npm run bench -- functions-host`
import { Agent } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { startFunctionsHost, type FunctionsHost } from "../../local/functions-host/host-worker.ts";
import { silentLogger } from "../../local/logger.ts";
import { systemRandom } from "../../local/random.ts";
import { percentile, requestsPerSecond, send } from "./support/load.ts";

const lanes = 16;
const roundMs = 2_000;
const rounds = 5;

const bareServer = `
  const { createServer } = require("node:http");
  const { parentPort } = require("node:worker_threads");
  const body = JSON.stringify({ hello: "world" });
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

async function startBare(): Promise<{ url: string; worker: Worker }> {
  const worker = new Worker(bareServer, { eval: true });
  const port = await new Promise<number>((done) => worker.once("message", done));
  return { url: `http://127.0.0.1:${port}/`, worker };
}

function startApp(name: string, dataDirectory: string): Promise<FunctionsHost> {
  return startFunctionsHost({
    appDirectory: resolve("test/fixtures/apps", name),
    dataDirectory,
    port: 0,
    settings: {},
    requireKeys: true,
    workerFile: resolve("dist/local/functions-host.mjs"),
    logger: silentLogger,
    random: systemRandom(),
  });
}

async function throughput(): Promise<void> {
  const bare = await startBare();
  const host = await startApp("http-commonjs", "memory");
  const rates: { bare: number[]; host: number[] } = { bare: [], host: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const measured = {
      bare: await requestsPerSecond(bare.url, lanes, roundMs),
      host: await requestsPerSecond(`${host.url}/api/plain`, lanes, roundMs),
    };
    // The first round warms up.
    if (round > 0) {
      rates.bare.push(measured.bare);
      rates.host.push(measured.host);
    }
  }
  await host.dispose();
  await bare.worker.terminate();
  const [bareRate, hostRate] = [percentile(rates.bare, 0.5), percentile(rates.host, 0.5)];
  console.log(`baseline: bare node:http         ${bareRate.toFixed(0)} requests/s`);
  console.log(
    `plain HTTP function              ${hostRate.toFixed(0)} requests/s (${(bareRate / hostRate).toFixed(1)}x slower)`,
  );
}

async function startToResult(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-functions-host-"));
  const host = await startApp("durable-esm", folder);
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let index = 0; index < 600; index += 1) {
    const begin = performance.now();
    const { status, body } = await send(agent, `${host.url}/wait/one`, '{"value":21}');
    if (status !== 200 || body !== "42") throw new Error(`answered ${status} ${body}`);
    if (index >= 100) times.push(performance.now() - begin);
  }
  agent.destroy();
  await host.dispose();
  rmSync(folder, { recursive: true, force: true });
  const at = (share: number) => percentile(times, share).toFixed(1);
  console.log(
    `HTTP start to activity's result  p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms (aim: p95 <= 15 ms)`,
  );
}

await throughput();
await startToResult();
