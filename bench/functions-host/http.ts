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

/** Milliseconds of each of `count` requests, one after the other. */
async function sequence(url: string, count: number, body?: string, expected?: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begin = performance.now();
    const answer = await send(agent, url, body);
    if (answer.status !== 200 || (expected !== undefined && answer.body !== expected))
      throw new Error(`answered ${answer.status} ${answer.body}`);
    times.push(performance.now() - begin);
  }
  agent.destroy();
  return times;
}

/** The baseline in the same rounds shows how busy the machine is: a bare server's answer takes well under a millisecond. */
async function startToResult(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-functions-host-"));
  const bare = await startBare();
  const host = await startApp("durable-esm", folder);
  await sequence(`${host.url}/wait/one`, 200, '{"value":21}', "42");
  const measured: { bare: number[]; host: number[] }[] = [];
  for (let round = 0; round < rounds; round += 1)
    measured.push({
      bare: await sequence(bare.url, 100),
      host: await sequence(`${host.url}/wait/one`, 100, '{"value":21}', "42"),
    });
  await host.dispose();
  await bare.worker.terminate();
  rmSync(folder, { recursive: true, force: true });
  const at = (which: "bare" | "host", share: number) =>
    percentile(
      measured.map((round) => percentile(round[which], share)),
      0.5,
    ).toFixed(1);
  console.log(`baseline: bare node:http         p50 ${at("bare", 0.5)} ms, p95 ${at("bare", 0.95)} ms`);
  console.log(
    `HTTP start to activity's result  p50 ${at("host", 0.5)} ms, p95 ${at("host", 0.95)} ms (aim: p95 <= 15 ms; medians of ${rounds} rounds of 100)`,
  );
}

await throughput();
await startToResult();
