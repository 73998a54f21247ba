// What is kept of a job and shown of it, from its creation to its deletion, through the genuine client.
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../support/processes.ts";
import { customJob, until } from "../../support/batch-ai-client.ts";
import { place, startJobLab } from "../../support/job-lab.ts";
import type { JobLab } from "../../support/job-lab.ts";

const [group, workspace, experiment] = place;
const timeout = { timeout: 60_000 };
let lab: JobLab;
let cluster: string;

beforeAll(async () => {
  lab = await startJobLab();
  cluster = await lab.cluster("two", 2);
});
afterAll(() => lab.dispose());

const rejection = { statusCode: 404, code: "JobNotFound" };
const get = (name: string) => lab.client.jobs.get(...place, name);

describe("a job's resource", () => {
  it("row 73: is what was asked for, and what the service adds", timeout, async () => {
    const asked = customJob(cluster, "echo $GREETING", {
      nodeCount: 2,
      schedulingPriority: "high",
      constraints: { maxWallClockTime: "PT1H" },
      jobPreparation: { commandLine: "true" },
      inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/files/data" }],
      outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files", pathSuffix: "model" }],
      environmentVariables: [{ name: "GREETING", value: "hello" }],
      secrets: [{ name: "TOKEN", value: "not-to-be-seen" }],
    });
    await lab.client.jobs.create(...place, "fields", asked);
    const job = await lab.finished("fields");
    const { cluster: _cluster, secrets: _secrets, ...same } = asked;
    expect(job).toMatchObject(same);
    expect(job.cluster?.id?.toLowerCase()).toBe(cluster.toLowerCase());
    expect(job.secrets).toEqual([{ name: "TOKEN" }]);
    expect(JSON.stringify(job)).not.toContain("not-to-be-seen");
    expect(job).toMatchObject({
      id: expect.stringMatching(/\/experiments\/e\/jobs\/fields$/) as string,
      name: "fields",
      type: "Microsoft.BatchAI/workspaces/experiments/jobs",
      toolType: "custom",
      provisioningState: "succeeded",
      executionState: "succeeded",
      creationTime: expect.any(Date) as Date,
      provisioningStateTransitionTime: expect.any(Date) as Date,
      executionStateTransitionTime: expect.any(Date) as Date,
    });
    const { subscriptionId } = lab.cloud.description;
    expect(job.jobOutputDirectoryPathSegment).toMatch(
      new RegExp(`^${subscriptionId}/local/workspaces/lab/experiments/e/jobs/fields/[0-9a-f-]{36}$`),
    );
  });

  it("row 74: may name a cluster of another workspace, and outlives it", timeout, async () => {
    await lab.client.workspaces.create(group, "elsewhere", { location: "local" });
    await lab.client.experiments.create(group, "elsewhere", experiment);
    const there = [group, "elsewhere", experiment, "guest"] as const;
    await lab.client.jobs.create(...there, customJob(cluster, "echo from elsewhere"));
    const job = await until("its end", async () => {
      const found = await lab.client.jobs.get(...there);
      return found.executionState === "succeeded" ? found : undefined;
    });
    expect(job.cluster?.id?.toLowerCase()).toBe(cluster.toLowerCase());
    expect(job.jobOutputDirectoryPathSegment).toContain("/workspaces/elsewhere/");
  });

  it("row 105: is another one after deletion and creation, with another path", timeout, async () => {
    const first = await lab.submit("twice", cluster, "true");
    await lab.finished("twice");
    await lab.client.jobs.deleteMethod(...place, "twice");
    const second = await lab.submit("twice", cluster, "true");
    expect(second.jobOutputDirectoryPathSegment).not.toBe(first.jobOutputDirectoryPathSegment);
    expect(second.jobOutputDirectoryPathSegment?.slice(0, -36)).toBe(
      first.jobOutputDirectoryPathSegment?.slice(0, -36),
    );
    await lab.finished("twice");
  });

  it("row 119: of a failed job is deleted, and created anew under its name at once", timeout, async () => {
    await lab.submit("retry", cluster, "exit 1");
    const first = await lab.finished("retry");
    expect(first).toMatchObject({ executionState: "failed", executionInfo: { exitCode: 1 } });
    await lab.client.jobs.deleteMethod(...place, "retry");
    const again = await lab.submit("retry", cluster, "true");
    // It may have run to its end by the time it is seen first.
    expect(again.executionState).not.toBe("failed");
    expect(again.executionInfo?.exitCode).not.toBe(1);
    expect(Number(again.creationTime)).toBeGreaterThan(Number(first.executionInfo?.endTime));
    expect((await lab.finished("retry")).executionState).toBe("succeeded");
  });
});

describe("a job's files", () => {
  it("row 104: lie in the directories that its variables name, in the layout of 2018", timeout, async () => {
    const command = [
      'echo "input $AZ_BATCHAI_INPUT_DATA"',
      'echo "output $AZ_BATCHAI_OUTPUT_MODEL"',
      'echo "logs $AZ_BATCHAI_STDOUTERR_DIR"',
      'cd "$AZ_BATCHAI_OUTPUT_MODEL" && echo weights >weights.txt',
    ].join("; ");
    await lab.submit("layout", cluster, command, {
      inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/files/data" }],
      outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files", pathSuffix: "model" }],
    });
    const job = await lab.finished("layout");
    expect(job.executionState, "the output directory is there at the start").toBe("succeeded");
    const lines = (await lab.read("layout", "stdout.txt")).trim().split("\n");
    const segment = job.jobOutputDirectoryPathSegment ?? "";
    expect(lines[0]).toMatch(/^input .*\/files\/data$/);
    expect(lines[1]?.endsWith(`/files/${segment}/outputs/model`)).toBe(true);
    expect(lines[2]?.endsWith(`/files/${segment}/stdouterr`)).toBe(true);
    expect(await lab.read("layout", "weights.txt", "MODEL")).toBe("weights\n");
  });

  it(
    "row 106: are stdout, stderr and the service's own log, per node where there are two",
    timeout,
    async () => {
      await lab.submit("logs-1", cluster, "echo out; echo err >&2");
      await lab.submit("logs-2", cluster, "echo out", { nodeCount: 2 });
      await Promise.all([lab.finished("logs-1"), lab.finished("logs-2")]);
      expect(await lab.files("logs-1")).toEqual(["execution.log", "stderr.txt", "stdout.txt"]);
      const nodes = (await lab.client.clusters.listRemoteLoginInformation(group, workspace, "two")).map(
        ({ nodeId = "" }) => `execution-${nodeId}.log`,
      );
      expect(await lab.files("logs-2")).toEqual([...nodes, "stderr.txt", "stdout.txt"].toSorted());
    },
  );

  it("row 109: are downloaded by links that allow ranges, and nothing but reading", timeout, async () => {
    await lab.submit("links", cluster, "echo 0123456789");
    await lab.finished("links");
    const files = await lab.client.jobs.listOutputFiles(...place, "links", {
      outputdirectoryid: "stdouterr",
      linkexpiryinminutes: 5,
    });
    const link = files.find(({ name }) => name === "stdout.txt")?.downloadUrl ?? "";
    const range = await fetch(link, { headers: { "x-ms-range": "bytes=4-", range: "bytes=4-" } });
    expect(range.status).toBe(206);
    expect(await range.text()).toBe("456789\n");
    const write = await fetch(link, { method: "PUT", body: "no", headers: { "x-ms-type": "file" } });
    expect(write.status).toBe(403);
    const forged = new URL(link);
    const expiry = new Date(forged.searchParams.get("se") ?? "").getTime();
    expect(Math.abs(expiry - Date.now() - 5 * 60_000)).toBeLessThan(120_000);
    forged.searchParams.set("se", new Date(Date.now() + 3_600_000).toISOString().slice(0, 19) + "Z");
    expect((await fetch(forged)).status, "the expiry is signed").toBe(403);
  });
});

describe("a job's end", () => {
  it("row 111: carries the exit code, and the error when it is not 0", timeout, async () => {
    await lab.submit("seven", cluster, "exit 7");
    await lab.submit("zero", cluster, "exit 0");
    const [seven, zero] = await Promise.all([lab.finished("seven"), lab.finished("zero")]);
    expect(seven).toMatchObject({ executionState: "failed", executionInfo: { exitCode: 7 } });
    expect(seven.executionInfo?.errors).toEqual([
      { code: "JobFailed", message: "Job failed with non-zero exit code" },
    ]);
    expect(zero).toMatchObject({ executionState: "succeeded", executionInfo: { exitCode: 0 } });
    expect(zero.executionInfo?.errors ?? []).toEqual([]);
  });

  it(
    "row 112: comes by termination while it waits or runs; once finished nothing changes",
    timeout,
    async () => {
      const nowhere = await lab.cluster("none", 0);
      await lab.submit("waiting", nowhere, "true");
      await lab.submit("running", cluster, "echo started; sleep 600");
      await lab.reaches("running", "running");
      for (const name of ["waiting", "running"]) {
        await lab.client.jobs.terminate(...place, name);
        const job = await lab.finished(name);
        expect(job.executionState).toBe("failed");
        expect(job.executionInfo?.exitCode).toBeUndefined();
        expect(job.executionInfo?.errors).toEqual([
          { code: "JobTerminated", message: "The specified job has been terminated by the user" },
        ]);
        const path = `${job.id ?? ""}/terminate?api-version=2018-05-01`;
        const { urls, token } = lab.cloud.description;
        const again = await fetch(`${urls.api}${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-length": "0" },
        });
        expect([again.status, await again.text(), again.headers.get("location")]).toEqual([200, "", null]);
        expect(await get(name)).toEqual(job);
      }
    },
  );

  it("row 113: always has a start, an end, and for failures the errors", timeout, async () => {
    const doomed = await lab.cluster("doomed", 1);
    await lab.submit("lost", doomed, "echo started; sleep 600");
    await lab.reaches("lost", "running");
    await lab.submit("lost-waiting", doomed, "true");
    await lab.client.clusters.deleteMethod(group, workspace, "doomed");
    await lab.submit("unprepared", cluster, "true", { jobPreparation: { commandLine: "exit 3" } });
    await lab.submit("no-program", cluster, "/does/not/exist");
    await lab.submit("fine", cluster, "true");
    const names = ["lost", "lost-waiting", "unprepared", "no-program", "fine"];
    const jobs = await Promise.all(names.map((name) => lab.finished(name)));
    for (const { name, executionInfo, executionState } of jobs) {
      const { startTime, endTime, errors } = executionInfo ?? {};
      expect(startTime, name ?? "").toBeInstanceOf(Date);
      expect(endTime?.getTime() ?? 0, name ?? "").toBeGreaterThanOrEqual(startTime?.getTime() ?? 1);
      if (executionState === "failed") expect(errors?.length, name ?? "").toBeGreaterThan(0);
    }
    expect(jobs.map(({ executionInfo }) => executionInfo?.errors?.[0]?.code)).toEqual([
      "ClusterDeleted",
      "ClusterDeleted",
      "JobPreparationFailed",
      "JobFailed",
      undefined,
    ]);
  });

  it("row 114: by deletion leaves no process on its nodes", timeout, async () => {
    await lab.submit("killed", cluster, "echo $$; exec sleep 600");
    const pid = await until("its process id", async () => {
      const text = (await lab.read("killed", "stdout.txt")).trim();
      return text === "" ? undefined : text;
    });
    expect(isAlive(Number(pid))).toBe(true);
    await lab.client.jobs.deleteMethod(...place, "killed");
    await expect(get("killed")).rejects.toMatchObject(rejection);
    // Not even an end that nobody has read, where there is a list of processes that says so.
    await until("the end of its process", async () =>
      isAlive(Number(pid)) || existsSync(`/proc/${pid}`) ? undefined : true,
    );
    await lab.submit("after", cluster, "true", { nodeCount: 2 });
    expect((await lab.finished("after")).executionState).toBe("succeeded");
  });
});
