// Counters of a node, posted for real to a server that listens as an ingestion endpoint does.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeSetupText } from "./emulated-nodes.ts";

const key = "0a1b2c3d-0000-4000-8000-123456789abc";
let root: string;
let server: Server;
let child: ChildProcess | undefined;
let received: (body: string) => void = () => undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "batchai-counters-"));
  await mkdir(join(root, "bin"));
  await mkdir(join(root, "node"));
  await writeFile(join(root, "node/node-setup.sh"), await nodeSetupText());
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received(Buffer.concat(chunks).toString("utf8"));
      response.end('{"itemsReceived":1,"itemsAccepted":1,"errors":[]}');
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  child?.kill("SIGKILL");
  child = undefined;
  server.close();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

function report(environment: Record<string, string> = {}): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const body = new Promise<string>((resolve) => (received = resolve));
  child = spawn("/bin/sh", [join(root, "node/node-setup.sh"), "counters"], {
    env: {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      AZ_BATCH_NODE_ID: "tvm-1",
      AZ_BATCH_NODE_ROOT_DIR: root,
      BATCHAI_NODE_FILES: join(root, "machine"),
      ...environment,
    },
    stdio: ["pipe", "inherit", "inherit"],
  });
  child.stdin?.end(`${key} 1 lab gpu http://127.0.0.1:${port}/v2/track\n`);
  return body;
}

interface Envelope {
  readonly name: string;
  readonly iKey: string;
  readonly time: string;
  readonly tags: Record<string, string>;
  readonly data: {
    readonly baseType: string;
    readonly baseData: {
      readonly metrics: readonly [{ readonly name: string; readonly value: number }];
      readonly properties: Record<string, string>;
    };
  };
}
const envelopes = (body: string) =>
  body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Envelope);

it("are one envelope each, with the component's key and the node's name", async () => {
  const all = envelopes(await report());
  const values = new Map(
    all.map(({ data }) => [data.baseData.metrics[0].name, data.baseData.metrics[0].value]),
  );
  expect([...values.keys()]).toEqual([
    "CPU utilization %",
    "Memory used %",
    "Memory available bytes",
    "Disk used %",
    "Disk free bytes",
    "Disk read bytes/s",
    "Disk written bytes/s",
    "Network received bytes/s",
    "Network sent bytes/s",
  ]);
  for (const name of ["CPU utilization %", "Memory used %", "Disk used %"]) {
    expect(values.get(name), name).toBeGreaterThanOrEqual(0);
    expect(values.get(name), name).toBeLessThanOrEqual(100);
  }
  expect(values.get("Memory available bytes")).toBeGreaterThan(0);
  for (const envelope of all) {
    expect(envelope).toMatchObject({
      name: "Microsoft.ApplicationInsights.Metric",
      iKey: key,
      tags: { "ai.cloud.role": "lab/gpu", "ai.cloud.roleInstance": "tvm-1" },
      data: {
        baseType: "MetricData",
        baseData: { properties: { workspace: "lab", cluster: "gpu", node: "tvm-1" } },
      },
    });
    expect(Date.parse(envelope.time)).not.toBeNaN();
  }
});

it("include every GPU where the node has some", async () => {
  const program = "#!/bin/sh\nprintf '0, 97, 4096, 16384\\n1, 3, 0, 16384\\n'\n";
  await writeFile(join(root, "bin/nvidia-smi"), program);
  await chmod(join(root, "bin/nvidia-smi"), 0o755);
  const gpus = envelopes(await report()).filter(({ data }) => data.baseData.properties["gpu"] !== undefined);
  expect(
    gpus.map(({ data }) => [data.baseData.properties["gpu"], ...Object.values(data.baseData.metrics[0])]),
  ).toEqual([
    ["0", "GPU utilization %", 97],
    ["0", "GPU memory used %", 25],
    ["1", "GPU utilization %", 3],
    ["1", "GPU memory used %", 0],
  ]);
});

it("end with the emulator that the node belongs to", async () => {
  const owner = spawn("/bin/sleep", ["600"]);
  const body = report({ BATCHAI_EMULATOR_PID: String(owner.pid) });
  await body;
  const ended = once(child as ChildProcess, "exit");
  owner.kill("SIGKILL");
  await ended;
});
