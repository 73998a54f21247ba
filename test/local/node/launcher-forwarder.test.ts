// Between a job's programs and the service: what they log is answered on the node, whatever the service does, and reaches it. The real
// launcher, the real forwarder; the service is a server of the test's.
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { pathSegment } from "../../../domain/job/directories.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const isThere = existsSync("/usr/bin/python3");

interface Body {
  readonly run_id?: string;
  readonly batchai_run?: string;
  readonly key?: string;
  readonly metrics?: readonly { readonly key: string; readonly value: number; readonly step: number }[];
}

/** A service that keeps what it is told, and that may be out of reach. */
class FakeService {
  readonly calls: { readonly path: string; readonly token: string | undefined; readonly body: Body }[] = [];
  isUp = true;
  /** Bytes of each file that was sent. */
  readonly files = new Map<string, number>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mlflow`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await text(request);
    if (request.method === "PUT") this.files.set(request.url?.split("/").at(-1) ?? "", sent.length);
    const body = (request.method === "PUT" ? {} : JSON.parse(sent || "{}")) as Body;
    if (!this.isUp) return void request.socket.destroy();
    const path = (request.url ?? "").replace(/^.*\/-\/api\/2\.0\/mlflow\//, "");
    const isBad = body.key === "bad" || (body.metrics ?? []).some(({ key }) => key === "bad");
    if (!isBad) this.calls.push({ path, token: request.headers.authorization, body });
    response.writeHead(isBad ? 400 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(isBad ? { error_code: "X", message: "'bad' is no name" } : answerTo(path)));
  }

  /** Of every batch and single call, in the order in which they came. */
  steps(): readonly number[] {
    return this.calls.flatMap(({ body, path }) => {
      if (path === "runs/log-metric") return [(body as unknown as { step: number }).step];
      return (body.metrics ?? []).map(({ step }) => step);
    });
  }

  paths(): readonly string[] {
    return this.calls.map(({ path }) => path);
  }

  async dispose(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const answerTo = (path: string) =>
  path === "runs/create" ? { run: { info: { run_id: "j1-e-j" }, data: {} } } : { runs: [] };

/** What an MLflow client does, with nothing but Python's own library. */
const client = `
import glob, http.client, json, os, signal, subprocess, sys, time, urllib.parse
uri = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
connection = http.client.HTTPConnection(uri.hostname, uri.port)
def call(path, body=None, token=os.environ["MLFLOW_TRACKING_TOKEN"], method=None):
    for again in range(50):
        try:
            connection.request(method or ("GET" if body is None else "POST"), uri.path + "/api/2.0/mlflow/" + path,
                None if body is None else json.dumps(body), {"Authorization": "Bearer " + token})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read().decode())
        except (OSError, http.client.HTTPException):
            connection.close()
            time.sleep(0.1)
def start():
    return call("runs/create", {"experiment_id": "0", "start_time": 5})[1]["run"]["info"]
def log(run, steps, key="loss"):
    for step in steps:
        status, _ = call("runs/log-metric", {"run_id": run, "key": key, "value": step / 2, "timestamp": 7, "step": step})
        assert status == 200, status
def kill_forwarder():
    for status in glob.glob("/proc/[0-9]*/status"):
        try:
            parent = open(status).read().split("PPid:")[1].split()[0]
            words = [open("/proc/%s/cmdline" % pid).read() for pid in (status.split("/")[2], parent)]
        except (OSError, IndexError):
            continue
        if all(os.environ["AZ_BATCHAI_ROOT"] + "/tracking/" in word for word in words):
            os.kill(int(status.split("/")[2]), signal.SIGKILL)
            print("killed")
def hold(name):
    open(os.path.join(os.environ["AZ_BATCHAI_MOUNT_ROOT"], "afs", name + "-reached"), "w").close()
    while not os.path.exists(os.path.join(os.environ["AZ_BATCHAI_MOUNT_ROOT"], "afs", name)): time.sleep(0.02)
`;

const open: { dispose(): Promise<void> }[] = [];
afterEach(async () => {
  for (const made of open.splice(0).reverse()) await made.dispose();
});

/** Files for TensorBoard as its writers make them, but for the checksums, which nobody compares. */
const eventWriter = `
import struct
def number(value):
    text = b""
    while value > 127:
        text, value = text + bytes([value & 127 | 128]), value >> 7
    return text + bytes([value])
def text(field, content):
    return bytes([field * 8 + 2]) + number(len(content)) + content
def scalar(tag, step, value):
    summary = text(1, text(1, tag.encode()) + bytes([21]) + struct.pack("<f", value))
    event = bytes([9]) + struct.pack("<d", 1700000000.5) + bytes([16]) + number(step) + text(5, summary)
    return struct.pack("<Q4x", len(event)) + event + bytes(4)
folder = os.path.join(os.environ["AZ_BATCHAI_OUTPUT_MODEL"], "logs", "train")
os.makedirs(folder, exist_ok=True)
board = open(os.path.join(folder, "events.out.tfevents.1700000000.node.7.0"), "ab", 0)
`;

async function world(script: string, shell: readonly string[] = ["/bin/sh"]) {
  const service = new FakeService();
  open.push(service);
  const node = await EmulatedNodes.create(shell, 1);
  open.push(node);
  const afs = await node.mountEverywhere("afs");
  await writeFile(join(afs, "train.py"), client + script);
  Object.assign(node.variables, {
    BATCHAI_TRACKING_URL: await service.start(),
    BATCHAI_TRACKING_TOKEN: "secret-token",
  });
  const program = job({
    customToolkitSettings: { commandLine: "/usr/bin/python3 $AZ_BATCHAI_MOUNT_ROOT/afs/train.py" },
    outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs", pathSuffix: "model" }],
  });
  const until = async (name: string) => {
    while (!existsSync(join(afs, name))) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const log = (name: string) => node.log(program, afs, name);
  return {
    service,
    node,
    afs,
    program,
    until,
    log,
    release: (name: string) => writeFile(join(afs, name), ""),
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, step) => step);

describe.skipIf(!isThere)("the forwarder on a node (python3)", () => {
  it.each(shells)(
    "in %s, answers a job's programs on the node, and tells the service in batches",
    async (_name, shell) => {
      const script = `
run = start()
log(run["run_id"], range(300))
child = start()["run_id"]
seen = call("runs/get?run_id=" + run["run_id"])[1]["run"]
refused = call("runs/get?run_id=x", token="another")[0]
print(json.dumps([uri.hostname, uri.path, run["artifact_uri"], child[:2], seen["data"]["metrics"], refused]))
`;
      const { service, node, program, log } = await world(script, shell);
      const { code, stderr } = await node.run(program);
      expect([code, stderr, await log("stderr.txt")]).toEqual([0, "", ""]);
      const [host, path, artifacts, child, last, refused] = JSON.parse(await log("stdout.txt")) as unknown[];
      expect([host, path, String(child)[0], refused]).toEqual(["127.0.0.1", "", "c", 401]);
      expect(artifacts).toMatch(/^file:\/\/\/.*\/mlflow\/j\d+-.*\/artifacts$/);
      expect(last).toEqual([{ key: "loss", value: 149.5, timestamp: 7, step: 299 }]);
      expect(service.steps()).toEqual(upTo(300));
      expect(service.paths()[0]).toBe("runs/create");
      expect(service.calls[0]?.body.batchai_run).toBe("own");
      expect(service.calls.length).toBeLessThan(20);
      expect(new Set(service.calls.map(({ token }) => token))).toEqual(new Set(["Bearer secret-token"]));
      expect(await readdir(node.path(0, "shared/LS_root/tracking"))).toEqual([]);
      expect(await log("execution.log")).not.toContain("secret-token");
    },
    60_000,
  );

  it("passes files on as they come, long ones and those of no bytes", async () => {
    const script = `
start()
def put(name, content, more={}):
    connection.request("PUT", "/api/2.0/mlflow-artifacts/artifacts/j1-e-j/artifacts/" + name, content,
        dict({"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]}, **more), encode_chunked=bool(more))
    answer = connection.getresponse()
    answer.read()
    return answer.status
print(json.dumps([put("long.bin", b"x" * 3000000), put("none.txt", iter([]), {"Transfer-Encoding": "chunked"}), call("runs/search", {})[0]]))
`;
    const { service, node, program, log } = await world(script);
    const { code } = await node.run(program);
    expect([code, await log("stderr.txt")]).toEqual([0, ""]);
    expect(JSON.parse(await log("stdout.txt"))).toEqual([200, 200, 200]);
    expect([...service.files]).toEqual([
      ["long.bin", 3_000_000],
      ["none.txt", 0],
    ]);
  }, 60_000);

  it("holds nobody up while the service is away, and tells it everything when it is back", async () => {
    const script = `
run = start()["run_id"]
log(run, range(500))
hold("back")
log(run, range(500, 1000))
`;
    const { service, node, program, until, release } = await world(script);
    service.isUp = false;
    await node.stage(program);
    const { ended } = node.start("run");
    await until("back-reached");
    expect(service.calls).toEqual([]);
    service.isUp = true;
    await release("back");
    expect((await ended).code).toBe(0);
    expect(service.steps()).toEqual(upTo(1000));
  }, 60_000);

  it("keeps every point that was acknowledged when the program, and then it itself, are killed", async () => {
    const script = `
run = start()["run_id"]
log(run, range(100))
kill_forwarder()
log(run, range(100, 200))
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
`;
    const { service, node, program, log } = await world(script);
    expect((await node.run(program)).code).toBe(137);
    expect(await log("stdout.txt")).toBe("killed\n");
    expect([...new Set(service.steps())]).toEqual(upTo(200));
  }, 60_000);

  it("says in the log what the service refused, and loses nothing else", async () => {
    const script = `
run = start()["run_id"]
log(run, range(10))
log(run, [0], key="bad")
log(run, range(10, 20))
`;
    const { service, node, program, log } = await world(script);
    expect((await node.run(program)).code).toBe(0);
    expect(service.steps()).toEqual(upTo(20));
    const said = (await log("execution.log")).split("\n").filter((line) => line.includes("refused"));
    expect(said).toEqual([
      expect.stringContaining("the service refused a call of MLflow's: 'bad' is no name"),
    ]);
  }, 60_000);

  it("leaves what it could not send beside the logs, from where the job's next run sends it first", async () => {
    const script = `
run = start()["run_id"]
log(run, [int(open(os.path.join(os.environ["AZ_BATCHAI_MOUNT_ROOT"], "afs/step")).read())])
hold("end")
`;
    const { service, node, afs, program, until, log, release } = await world(script);
    service.isUp = false;
    await writeFile(join(afs, "step"), "1");
    await node.stage(program);
    const first = node.start("run");
    await until("end-reached");
    first.child.kill("SIGTERM");
    await first.ended;
    expect(await log("execution.log")).toContain("2 calls of MLflow's could not be sent");
    expect((await log("mlflow-unsent.jsonl")).trimEnd().split("\n")).toHaveLength(2);
    service.isUp = true;
    await writeFile(join(afs, "step"), "2");
    await release("end");
    expect((await node.run(program)).code).toBe(0);
    expect(service.steps()).toEqual([1, 2]);
    await expect(log("mlflow-unsent.jsonl")).rejects.toThrow("ENOENT");
  }, 60_000);

  it("goes on while a program logs what it saves in its last seconds", async () => {
    const script = `
run = start()["run_id"]
def save(*_):
    log(run, range(50))
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
hold("end")
`;
    const { service, node, program, until } = await world(script);
    await node.stage(program);
    const { child, ended } = node.start("run");
    await until("end-reached");
    process.kill(-(child.pid ?? 0), "SIGTERM");
    await ended;
    expect(service.steps()).toEqual(upTo(50));
  }, 60_000);

  it("sends what an earlier run left, also when the programs of this one report nothing", async () => {
    const { service, node, afs, program } = await world("");
    const left = [
      "POST",
      "runs/log-metric",
      { run_id: "j1-e-j", key: "loss", value: 1, timestamp: 7, step: 3 },
    ];
    const folder = join(afs, pathSegment(program, program.guid), "stdouterr");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "mlflow-unsent.jsonl"), `${JSON.stringify(left)}\nno call\n`);
    expect((await node.run(program)).code).toBe(0);
    expect(service.steps()).toEqual([3]);
    await expect(readFile(join(folder, "mlflow-unsent.jsonl"))).rejects.toThrow("ENOENT");
  }, 60_000);

  it.each(shells)(
    "in %s, logs what a program writes for TensorBoard, though it asks for nothing",
    async (_name, shell) => {
      const script = `${eventWriter}
for step in range(1500): board.write(scalar("loss", step, step / 2))
board.write(scalar("bad value?", 200, float("nan")))
board.write(scalar("loss", 1500, 1)[:-9])
`;
      const { service, node, program } = await world(script, shell);
      expect((await node.run(program)).code).toBe(0);
      expect(service.steps()).toEqual([...upTo(1500), 200]);
      expect(new Set(service.calls.map(({ body }) => body.run_id))).toEqual(new Set(["j6-digits-mnist"]));
      const points = service.calls.flatMap(({ body }) => body.metrics ?? []);
      expect(points[3]).toEqual({ key: "logs/train/loss", step: 3, timestamp: 1700000000500, value: 1.5 });
      expect(points.at(-1)).toMatchObject({ key: "logs/train/bad value_", value: "NaN" });
    },
    60_000,
  );

  it("logs it while it is written, and goes on there when it is killed", async () => {
    const script = `${eventWriter}
board.write(scalar("loss", 0, 0))
start()
hold("more")
kill_forwarder()
board.write(scalar("loss", 1, 0))
`;
    const { service, node, program, until, release } = await world(script);
    await node.stage(program);
    const { ended } = node.start("run");
    await until("more-reached");
    await expect.poll(() => service.steps(), { timeout: 30_000 }).toEqual([0]);
    await release("more");
    await ended;
    expect(service.steps()).toEqual([0, 1]);
  }, 60_000);

  it("says which file it cannot read, and reads the others", async () => {
    const script = `${eventWriter}
board.write(scalar("loss", 0, 0))
open(os.path.join(folder, "no.tfevents"), "wb").write(bytes(range(200)))
`;
    const { service, node, program, log } = await world(script);
    expect((await node.run(program)).code).toBe(0);
    expect(service.steps()).toEqual([0]);
    expect(await log("execution.log")).toMatch(/no\.tfevents is not read: a record of \d+ bytes/);
  }, 60_000);

  it("is not there for a node whose requests go through a proxy", async () => {
    const { service, node, program, log } = await world(`print(os.environ["MLFLOW_TRACKING_URI"])`);
    node.variables["http_proxy"] = "http://127.0.0.1:9";
    expect((await node.run(program)).code).toBe(0);
    expect(await log("stdout.txt")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mlflow\/on\//);
    expect(service.calls).toEqual([]);
  }, 60_000);
});

it("a job whose commands can hold no client of MLflow's starts no interpreter for it", async () => {
  const { node } = await world("");
  const idle = job({ customToolkitSettings: { commandLine: "env >/dev/null" } });
  expect((await node.run(idle)).code).toBe(0);
  await expect(readFile(node.path(0, "shared/LS_root/tracking"))).rejects.toThrow("ENOENT");
}, 30_000);
