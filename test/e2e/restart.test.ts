// The local cloud as a process of its own, killed without warning while a job runs, and started again on the same folder.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalCloud, LocalCloudDescription } from "../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../support/batch-ai-client.ts";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
let data: string;
let child: ChildProcess | undefined;

async function startCloud(extra: string[] = []): Promise<LocalCloud> {
  child = spawn(process.execPath, [program, "start", "--data", data, "--port", "0", ...extra], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await until("the word ready", async () => (/^ready$/m.test(output) ? true : undefined));
  const description = JSON.parse(await readFile(join(data, "cloud.json"), "utf8")) as LocalCloudDescription;
  return { description } as LocalCloud;
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child?.once("exit", (code) => resolve(code)));
  child?.kill(signal);
  return ended;
}

beforeAll(async () => {
  data = join(await mkdtemp(join(tmpdir(), "restart-test-")), "cloud");
});
afterAll(async () => {
  if (child?.exitCode === null) await stop("SIGTERM");
  await rm(join(data, ".."), { recursive: true, force: true, maxRetries: 5 });
});

describe("a local cloud that is killed while a job runs", () => {
  it("finds the job again, lets it end, and shows its output once", async () => {
    const cloud = await startCloud();
    const client = batchAIClient(cloud);
    await createShare(cloud);
    await client.workspaces.create("local", "lab", { location: "local" });
    await client.experiments.create("local", "lab", "e");
    const cluster = await client.clusters.create("local", "lab", "c", clusterOf(cloud, 1));
    const command = "echo first; sleep 4; echo last";
    await client.jobs.create("local", "lab", "e", "survivor", customJob(cluster.id ?? "", command));
    const lines = async (using: typeof client) => {
      const files = await using.jobs.listOutputFiles("local", "lab", "e", "survivor", {
        outputdirectoryid: "stdouterr",
      });
      const url = files.find(({ name }) => name === "stdout.txt")?.downloadUrl;
      return url === undefined ? "" : (await fetch(url)).text();
    };
    await until("the first line", async () => ((await lines(client)) === "first\n" ? true : undefined));
    expect(await stop("SIGKILL")).toBeNull();

    const again = batchAIClient(await startCloud());
    const job = await until("the job's end", async () => {
      const found = await again.jobs.get("local", "lab", "e", "survivor");
      return found.executionState === "succeeded" || found.executionState === "failed" ? found : undefined;
    });
    expect(job.executionInfo).toMatchObject({ exitCode: 0 });
    expect(await lines(again)).toBe("first\nlast\n");
    expect((await again.clusters.get("local", "lab", "c")).nodeStateCounts?.idleNodeCount).toBe(1);
  }, 60_000);

  it("says who holds the folder when started twice", async () => {
    const second = spawn(process.execPath, [program, "start", "--data", data, "--port", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    second.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    const code = await new Promise((resolve) => second.once("exit", resolve));
    expect(code).toBe(1);
    expect(complaint).toContain(`in use by process ${child?.pid}`);
  });

  it("stops with exit code 0 on a request, and keeps everything for the next start", async () => {
    expect(await stop("SIGTERM")).toBe(0);
    const client = batchAIClient(await startCloud());
    expect((await client.jobs.get("local", "lab", "e", "survivor")).executionState).toBe("succeeded");
    expect(await stop("SIGINT")).toBe(0);
  }, 60_000);
});
