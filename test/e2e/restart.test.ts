// The local cloud as a process of its own, killed without warning while a job runs, and started again on the same folder.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalCloud } from "../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../support/batch-ai-client.ts";
import { cloudProcess } from "../support/cloud-process.ts";
import { touchShared } from "../support/cluster-lab.ts";
import type { CloudProcess } from "../support/cloud-process.ts";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));

let cloud: CloudProcess;
const startCloud = async () => (await cloud.start()) as LocalCloud;

beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

describe("a local cloud that is killed while a job runs", () => {
  it("finds the job again, lets it end, and shows its output once", async () => {
    const first = await startCloud();
    const client = batchAIClient(first);
    await createShare(first);
    await client.workspaces.create("local", "lab", { location: "local" });
    await client.experiments.create("local", "lab", "e");
    const cluster = await client.clusters.create("local", "lab", "c", clusterOf(first, 1));
    const command =
      "echo first; while [ ! -e $AZ_BATCHAI_MOUNT_ROOT/files/go ]; do sleep 0.1; done; echo last";
    await client.jobs.create("local", "lab", "e", "survivor", customJob(cluster.id ?? "", command));
    const lines = async (using: typeof client) => {
      const files = await using.jobs.listOutputFiles("local", "lab", "e", "survivor", {
        outputdirectoryid: "stdouterr",
      });
      const url = files.find(({ name }) => name === "stdout.txt")?.downloadUrl;
      return url === undefined ? "" : (await fetch(url)).text();
    };
    await until("the first line", async () => ((await lines(client)) === "first\n" ? true : undefined));
    expect(await cloud.stop("SIGKILL")).toBeNull();

    const second = await startCloud();
    const again = batchAIClient(second);
    const reaches = (...states: string[]) =>
      until(`the job to be ${states.join(" or ")}`, async () => {
        const found = await again.jobs.get("local", "lab", "e", "survivor");
        return states.includes(found.executionState ?? "") ? found : undefined;
      });
    await reaches("running");
    await touchShared(second, "go");
    const job = await reaches("succeeded", "failed");
    expect(job.executionInfo).toMatchObject({ exitCode: 0 });
    expect(await lines(again)).toBe("first\nlast\n");
    await until("its node to be idle again", async () => {
      const { nodeStateCounts } = await again.clusters.get("local", "lab", "c");
      return nodeStateCounts?.idleNodeCount === 1 ? true : undefined;
    });
  }, 120_000);

  it("says who holds the folder when started twice", async () => {
    const second = spawn(process.execPath, [program, "start", "--data", cloud.data, "--port", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    second.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    const code = await new Promise((resolve) => second.once("close", resolve));
    expect(code).toBe(1);
    expect(complaint).toContain(`in use by process ${cloud.pid()}`);
  });

  it("stops with exit code 0 on a request, and keeps everything for the next start", async () => {
    expect(await cloud.stop("SIGTERM")).toBe(0);
    const client = batchAIClient(await startCloud());
    expect((await client.jobs.get("local", "lab", "e", "survivor")).executionState).toBe("succeeded");
    expect(await cloud.stop("SIGINT")).toBe(0);
  }, 60_000);
});
