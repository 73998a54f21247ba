// What the local cloud costs: cold start to `ready`, idle memory of all its processes, and the overhead of a job against
// the same command run directly in the same minute. Run: npm run bench -- local-cloud [--jobs 10]
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function start(data) {
  const began = performance.now();
  const child = spawn(process.execPath, [program, "start", "--data", data, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => /^ready$/m.test(chunk.toString()) && resolve());
    child.once("exit", (code) => reject(new Error(`the local cloud ended with ${code}`)));
  });
  return { child, ms: performance.now() - began };
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const began = performance.now();
  child.kill("SIGTERM");
  await ended;
  return performance.now() - began;
}

/** Resident and proportional memory (MB) of a process and all its descendants. */
async function memory(pid) {
  const { stdout } = await run("ps", ["-eo", "pid=,ppid=,rss="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [own, parent] of rows)
      if (family.has(parent) && !family.has(own)) grew = Boolean(family.add(own));
  }
  return rows.filter(([own]) => family.has(own)).reduce((sum, [, , rss]) => sum + rss / 1024, 0);
}

function api({ urls, token }) {
  return async (method, path, body) => {
    const url = path.startsWith("http") ? path : `${urls.api}${path}?api-version=2018-05-01`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

async function prepare(cloud, call) {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const { name, key } = cloud.storageAccount;
  await new ShareServiceClient(cloud.urls.file, new StorageSharedKeyCredential(name, key)).createShare(
    "results",
  );
  const workspace = `/subscriptions/${cloud.subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/bench`;
  await call("PUT", workspace, { location: "local" });
  await call("PUT", `${workspace}/experiments/e`);
  const share = {
    accountName: name,
    azureFileUrl: `https://${name}.file.core.windows.net/results`,
    credentials: { accountKey: key },
    relativeMountPath: "files",
  };
  await call("PUT", `${workspace}/clusters/c`, {
    properties: {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: 1 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
      nodeSetup: { mountVolumes: { azureFileShares: [share] } },
    },
  });
  while ((await call("GET", `${workspace}/clusters/c`)).properties.nodeStateCounts.idleNodeCount < 1)
    await wait(20);
  return workspace;
}

/** Milliseconds from submit to the first byte of the process and to `succeeded` observed. */
async function oneJob(call, workspace, index) {
  const path = `${workspace}/experiments/e/jobs/j${index}`;
  const began = performance.timeOrigin + performance.now();
  await call("PUT", path, {
    properties: {
      cluster: { id: `${workspace}/clusters/c` },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      customToolkitSettings: { commandLine: "date +%s%N" },
    },
  });
  const accepted = performance.timeOrigin + performance.now() - began;
  for (;;) {
    const { properties } = await call("GET", path);
    if (properties.executionState === "succeeded") break;
    if (properties.executionState === "failed") throw new Error(JSON.stringify(properties.executionInfo));
    await wait(5);
  }
  const succeeded = performance.timeOrigin + performance.now() - began;
  const list = await fetch(
    `${call.base}${path}/listOutputFiles?api-version=2018-05-01&outputdirectoryid=stdouterr`,
    { method: "POST", headers: call.headers },
  );
  const { value } = await list.json();
  const text = await (await fetch(value.find(({ name }) => name === "stdout.txt").downloadUrl)).text();
  return { accepted, firstByte: Number(text.trim()) / 1e6 - began, succeeded };
}

async function directly() {
  const began = performance.now();
  await run("/bin/sh", ["-c", "date +%s%N"]);
  return performance.now() - began;
}

const jobs = Number(process.argv[process.argv.indexOf("--jobs") + 1] || 10) || 10;
const folder = await mkdtemp(join(tmpdir(), "bench-local-cloud-"));
try {
  const starts = [];
  const stops = [];
  for (let index = 0; index < 3; index += 1) {
    const { child, ms } = await start(join(folder, `cold-${index}`));
    starts.push(ms);
    stops.push(await stop(child));
  }
  const { child } = await start(join(folder, "cloud"));
  await wait(3_000);
  const idle = await memory(child.pid);
  const cloud = JSON.parse(await readFile(join(folder, "cloud", "cloud.json"), "utf8"));
  const call = Object.assign(api(cloud), {
    base: cloud.urls.api,
    headers: { authorization: `Bearer ${cloud.token}` },
  });
  const workspace = await prepare(cloud, call);
  await oneJob(call, workspace, "warm-up");
  const measured = [];
  const direct = [];
  for (let index = 0; index < jobs; index += 1) {
    measured.push(await oneJob(call, workspace, index));
    direct.push(await directly());
  }
  const after = await memory(child.pid);
  await stop(child);
  const column = (name) => median(measured.map((job) => job[name])).toFixed(0);
  console.log(
    `cold start to ready     ${median(starts).toFixed(0)} ms (median of 3: ${starts.map((ms) => ms.toFixed(0)).join(", ")})`,
  );
  console.log(`stop                    ${median(stops).toFixed(0)} ms`);
  console.log(
    `idle memory             ${idle.toFixed(0)} MB resident, all processes; after ${jobs + 1} jobs ${after.toFixed(0)} MB`,
  );
  console.log(
    `no-op job, median of ${jobs}: accepted ${column("accepted")} ms, first byte ${column("firstByte")} ms, succeeded ${column("succeeded")} ms`,
  );
  console.log(
    `the same command directly: ${median(direct).toFixed(1)} ms; overhead ${(median(measured.map(({ succeeded }) => succeeded)) - median(direct)).toFixed(0)} ms`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
