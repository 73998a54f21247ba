// How fast the emulator takes tasks in and answers while a hundred thousand wait: submits collections of 100 over four
// connections to an emulator in a process of its own, with its database, then lists, counts and filters.
// Run: node --experimental-strip-types bench/batch/submit.ts [tasks]
import { fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const account = "devbatch";
const key = Buffer.from("bench").toString("base64");
const version = "api-version=2022-10-01.16.0";
const total = Number(process.argv[2] ?? 100_000);

if (process.argv[2] === "serve") await serve(process.argv[3] ?? "memory");
else await measure();

async function serve(dataDirectory: string): Promise<void> {
  const { startBatchEmulator } = await import("../../local/batch-emulator/index.ts");
  const { systemClock } = await import("../../local/clock.ts");
  const { systemRandom } = await import("../../local/random.ts");
  const { silentLogger } = await import("../../local/logger.ts");
  const nothing = () => Promise.resolve();
  const emulator = await startBatchEmulator({
    dataDirectory,
    port: 0,
    accountName: account,
    accountKey: key,
    subscriptionId: "s",
    resourceGroup: "g",
    location: "here",
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    executor: {
      run: () => new Promise(() => undefined),
      recover: () => Promise.resolve(new Map()),
      kill: nothing,
      forget: nothing,
      close: nothing,
    },
    mounts: { attach: () => Promise.resolve({ ok: true }), flush: nothing, detach: nothing, close: nothing },
    verifyBearer: () => Promise.resolve(false),
  });
  process.send?.({ url: emulator.url });
  process.on("message", (message) => {
    if (message === "memory") process.send?.({ rss: process.memoryUsage().rss });
  });
}

async function measure(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "bench-batch-"));
  const child = fork(fileURLToPath(import.meta.url), ["serve", data], { stdio: "inherit" });
  const reply = <T>() =>
    new Promise<T>((resolve) => child.once("message", (message) => resolve(message as T)));
  const { url } = await reply<{ url: string }>();
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  await call(url, agent, "POST", "/jobs", "", JSON.stringify({ id: "bench", poolInfo: { poolId: "none" } }));
  const start = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const first = next;
      next += 100;
      const value = Array.from({ length: 100 }, (_, index) => ({
        id: `task-${first + index}`,
        commandLine: "/bin/true",
      }));
      await call(url, agent, "POST", "/jobs/bench/addtaskcollection", "", JSON.stringify({ value }));
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const seconds = (performance.now() - start) / 1000;
  child.send("memory");
  const { rss } = await reply<{ rss: number }>();
  report("submitted", `${total} tasks in ${seconds.toFixed(2)} s = ${Math.round(total / seconds)} tasks/s`);
  report("resident memory of the emulator", `${Math.round(rss / 2 ** 20)} MB`);
  await timed("list page of 1,000", 20, () => call(url, agent, "GET", "/jobs/bench/tasks", ""));
  const select = "&$select=id,state,stateTransitionTime&$filter=state eq 'completed'";
  await timed("filter that finds nothing among all", 10, () =>
    call(url, agent, "GET", "/jobs/bench/tasks", select),
  );
  await timed("task counts", 50, () => call(url, agent, "GET", "/jobs/bench/taskcounts", ""));
  agent.destroy();
  child.kill();
  rmSync(data, { recursive: true, force: true });
}

async function timed(name: string, times: number, run: () => Promise<unknown>): Promise<void> {
  const taken: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  report(
    name,
    `median ${(taken[Math.floor(times / 2)] ?? 0).toFixed(1)} ms, worst ${(taken.at(-1) ?? 0).toFixed(1)} ms`,
  );
}

function report(name: string, text: string): void {
  process.stdout.write(`${name}: ${text}\n`);
}

/** One signed request; rejects unless it succeeds. */
function call(
  url: string,
  agent: Agent,
  method: string,
  path: string,
  query: string,
  body = "",
): Promise<string> {
  const date = new Date().toUTCString();
  const type = body === "" ? "" : "application/json; odata=minimalmetadata";
  const length = body === "" ? "" : String(Buffer.byteLength(body));
  const pairs = `${version}${query}`.split("&").map((pair) => pair.split(/=(.*)/s) as [string, string]);
  const signed = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name}:${value}`)
    .join("");
  const text = `${[method, "", "", length, "", type, "", "", "", "", "", ""].join("\n")}\nocp-date:${date}\n/${account}${path}${signed}`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  const target = `${url}${path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  const headers: Record<string, string> = {
    authorization: `SharedKey ${account}:${signature}`,
    "ocp-date": date,
    ...(body === "" ? {} : { "content-type": type, "content-length": length }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, agent, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (answer += chunk));
      response.on("end", () =>
        (response.statusCode ?? 500) < 300
          ? resolve(answer)
          : reject(new Error(`${response.statusCode} ${answer}`)),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
