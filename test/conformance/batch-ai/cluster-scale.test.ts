// The life of clusters, driven by the genuine client of 2018: what a new one shows, growing and shrinking with jobs on the
// nodes, auto scale, low priority and eviction, deletion.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchBehind, evict, nodesOf, poolOf } from "../../support/batch-behind.ts";
import { clusterOf, until } from "../../support/batch-ai-client.ts";
import { experiment, group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";
import { apiOf } from "../../support/raw-api.ts";

let lab: ClusterLab;
const adminKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== ada@home";
const clusterPath = (name: string) =>
  `/subscriptions/${lab.cloud.description.subscriptionId}/resourceGroups/${group}/providers/Microsoft.BatchAI/workspaces/${workspace}/clusters/${name}`;

beforeAll(async () => {
  lab = await startClusterLab({
    BATCHAI_IDLE_NODE_GRACE_MS: "1000",
    BATCHAI_MONITOR_MAX_INTERVAL_MS: "300",
  });
});
afterAll(() => lab.cloud.dispose());

/** A job that sleeps in its first run and ends at once, or does something else, in the next. */
const interrupted = (name: string, again = "echo second run") =>
  `f=$AZ_BATCHAI_MOUNT_ROOT/files/${name}; if [ -e $f ]; then ${again}; else echo first run >$f; sleep 600; fi`;
const waitsFor = (name: string) => `while [ ! -e $AZ_BATCHAI_MOUNT_ROOT/files/${name} ]; do sleep 0.1; done`;
/** A run that is cut off before its mark would be followed by another that sleeps. */
const marked = (name: string) =>
  until("its mark", async () => ((await lab.shared(name)) === "" ? undefined : true));

/** The states that a job went through, also those that passed before anybody looked. */
async function statesOf(job: string): Promise<readonly (string | undefined)[]> {
  const api = apiOf(lab.cloud, workspace);
  const path = `${api.workspace}/experiments/${experiment}/jobs/${job}/events?api-version=2026-11-01`;
  const { value } = (await api.send("GET", path)).body as {
    value: readonly { properties: { state: string; to?: string } }[];
  };
  return value.flatMap(({ properties: { state, to } }) => (state === "executionState" ? [to] : []));
}

describe("a new cluster", () => {
  it("rows 27, 29: gets the service's defaults, and every count from the first moment on", async () => {
    const { name, key } = lab.cloud.description.storageAccount;
    const mount = {
      accountName: name,
      credentials: { accountKey: key },
      relativeMountPath: "files",
      azureFileUrl: `https://${name}.file.core.windows.net/results`,
    };
    const answer = await lab.raw("PUT", clusterPath("minimal"), {
      properties: {
        vmSize: "STANDARD_DS1_V2",
        scaleSettings: { manual: { targetNodeCount: 0 } },
        userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
        nodeSetup: { mountVolumes: { azureFileShares: [mount] } },
      },
    });
    expect(answer.status).toBe(202);
    const { properties } = (await (await lab.raw("GET", clusterPath("minimal"))).json()) as {
      properties: object;
    };
    expect(properties).toMatchObject({
      vmPriority: "dedicated",
      scaleSettings: { manual: { targetNodeCount: 0, nodeDeallocationOption: "requeue" } },
      virtualMachineConfiguration: {
        imageReference: {
          publisher: "Canonical",
          offer: "UbuntuServer",
          sku: "16.04-LTS",
          version: "latest",
        },
      },
      nodeSetup: { mountVolumes: { azureFileShares: [{ fileMode: "0777", directoryMode: "0777" }] } },
      currentNodeCount: 0,
      nodeStateCounts: {
        idleNodeCount: 0,
        runningNodeCount: 0,
        preparingNodeCount: 0,
        unusableNodeCount: 0,
        leavingNodeCount: 0,
      },
    });
    expect(properties).not.toHaveProperty("errors");
  });

  it("row 28: shows the key of its admin, and no password, storage key or secret", async () => {
    await lab.create("shy", 0, {
      userAccountSettings: {
        adminUserName: "ada",
        adminUserPassword: "Correct-horse-7",
        adminUserSshPublicKey: adminKey,
      },
      nodeSetup: {
        setupTask: {
          commandLine: "true",
          stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
          secrets: [{ name: "TOKEN", value: "hush-hush" }],
        },
      },
    });
    const text = await (await lab.raw("GET", clusterPath("shy"))).text();
    for (const secret of ["Correct-horse-7", "hush-hush", lab.cloud.description.storageAccount.key])
      expect(text).not.toContain(secret);
    const found = await lab.cluster("shy");
    expect(found.userAccountSettings).toEqual({ adminUserName: "ada", adminUserSshPublicKey: adminKey });
    expect(found.nodeSetup?.mountVolumes?.azureFileShares?.[0]?.credentials).toEqual({});
    expect(found.nodeSetup?.setupTask?.secrets).toEqual([{ name: "TOKEN" }]);
  });

  it("row 30: is created before its nodes are there, and steady once they are", async () => {
    await lab.create("born", 2);
    const first = await lab.cluster("born");
    expect(first.provisioningState).toBe("succeeded");
    const settled = await lab.idle("born", 2);
    expect(settled.allocationStateTransitionTime?.getTime()).toBeGreaterThan(
      settled.provisioningStateTransitionTime?.getTime() ?? Infinity,
    );
    await lab.client.clusters.deleteMethod(group, workspace, "born");
  });
});

describe("manual scale", () => {
  it("row 31: resize to 3 and back to 0, answered at once", async () => {
    await lab.create("sized", 0);
    const patch = await lab.raw("PATCH", clusterPath("sized"), {
      properties: { scaleSettings: { manual: { targetNodeCount: 3 } } },
    });
    expect(patch.status).toBe(200);
    expect(await patch.json()).toMatchObject({
      properties: { scaleSettings: { manual: { targetNodeCount: 3 } }, currentNodeCount: 0 },
    });
    await lab.idle("sized", 3);
    await lab.resize("sized", 0);
    await lab.idle("sized", 0);
  });

  it("row 32: shrinking with requeue queues the job again, which succeeds in a second run", async () => {
    const id = await lab.create("requeue", 1);
    await lab.submit("again", id, interrupted("again"));
    const first = await lab.reaches("again", "running");
    await marked("again");
    await lab.resize("requeue", 0, "requeue");
    await lab.reaches("again", "queued");
    await lab.idle("requeue", 0);
    await lab.resize("requeue", 1);
    const done = await lab.reaches("again", "succeeded");
    expect(done.executionInfo?.startTime?.getTime()).toBeGreaterThan(
      first.executionInfo?.startTime?.getTime() ?? Infinity,
    );
    await lab.client.clusters.deleteMethod(group, workspace, "requeue");
  });

  it("row 33: shrinking with terminate fails the job, which is not run again", async () => {
    const id = await lab.create("terminate", 1);
    await lab.submit("cut", id, interrupted("cut"));
    await lab.reaches("cut", "running");
    await lab.resize("terminate", 0, "terminate");
    const cut = await lab.reaches("cut", "failed");
    expect(cut.executionInfo?.errors?.[0]?.code).toBe("JobNodeDeallocated");
    await lab.resize("terminate", 1);
    await lab.idle("terminate", 1);
    expect((await lab.job("cut")).executionState).toBe("failed");
    await lab.client.clusters.deleteMethod(group, workspace, "terminate");
  });

  it("row 34: shrinking with waitforjobcompletion lets the job end and starts nothing meanwhile", async () => {
    const id = await lab.create("patient", 1);
    await lab.submit("long", id, waitsFor("finish-long"));
    await lab.reaches("long", "running");
    await lab.submit("next", id, "true");
    await lab.resize("patient", 0, "waitforjobcompletion");
    await until("the resize to begin", async () =>
      (await lab.cluster("patient")).allocationState === "resizing" ? true : undefined,
    );
    expect((await lab.job("long")).executionState).toBe("running");
    await lab.share("finish-long");
    await lab.reaches("long", "succeeded");
    await lab.idle("patient", 0);
    expect((await lab.job("next")).executionState).toBe("queued");
    await lab.resize("patient", 1);
    await lab.reaches("next", "succeeded");
    await lab.client.clusters.deleteMethod(group, workspace, "patient");
  });
});

describe("auto scale", () => {
  it("row 35: a change between manual and auto scale replaces the settings as a whole", async () => {
    await lab.create("either", 1);
    await lab.idle("either", 1);
    const auto = await lab.client.clusters.update(group, workspace, "either", {
      scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 2, initialNodeCount: 2 } },
    });
    expect(auto.scaleSettings).toEqual({
      autoScale: { minimumNodeCount: 0, maximumNodeCount: 2, initialNodeCount: 0 },
    });
    await lab.idle("either", 0);
    await lab.resize("either", 1);
    expect((await lab.cluster("either")).scaleSettings).toEqual({
      manual: { targetNodeCount: 1, nodeDeallocationOption: "requeue" },
    });
    await lab.idle("either", 1);
    await lab.client.clusters.deleteMethod(group, workspace, "either");
  });

  it("rows 36, 37, 38: grows from 0 for jobs, stays within its bounds, and is empty again after the idle time", async () => {
    const autoScale = { minimumNodeCount: 0, maximumNodeCount: 3 };
    const { scaleSettings: _, ...spec } = clusterOf(lab.cloud, 0);
    const made = await lab.client.clusters.create(group, workspace, "elastic", {
      ...spec,
      scaleSettings: { autoScale },
    });
    const jobs = Array.from({ length: 10 }, (_, index) => `auto${index}`);
    await Promise.all(jobs.map((name) => lab.submit(name, made.id ?? "", waitsFor("finish-auto"))));
    const seen: number[] = [];
    const look = async () => {
      const found = await lab.cluster("elastic");
      seen.push(found.currentNodeCount ?? -1);
      return found;
    };
    await until("all the nodes there may be to work", async () => {
      const { allocationState, nodeStateCounts } = await look();
      return allocationState === "steady" && nodeStateCounts?.runningNodeCount === 3 ? true : undefined;
    });
    await lab.share("finish-auto");
    await until(
      "the end of all jobs",
      async () => {
        await look();
        const states = await Promise.all(jobs.map(async (name) => (await lab.job(name)).executionState));
        return states.every((state) => state === "succeeded") ? true : undefined;
      },
      60_000,
    );
    expect(Math.max(...seen)).toBe(3);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    await lab.idle("elastic", 0);
    await lab.client.clusters.update(group, workspace, "elastic", {
      scaleSettings: { autoScale: { minimumNodeCount: 1, maximumNodeCount: 3 } },
    });
    await lab.idle("elastic", 1);
    await lab.client.clusters.deleteMethod(group, workspace, "elastic");
  }, 90_000);
});

describe("a low-priority cluster", () => {
  it("rows 39, 40: has low-priority nodes; a job whose node is evicted is queued, and runs again later", async () => {
    const id = await lab.create("spot", 1, { vmPriority: "lowpriority" });
    await lab.idle("spot", 1);
    expect((await lab.cluster("spot")).vmPriority).toBe("lowpriority");
    const pool = await poolOf(lab.cloud, workspace, "spot");
    expect(pool).toMatchObject({ targetLowPriorityNodes: 1, targetDedicatedNodes: 0 });
    const [login] = await lab.client.clusters.listRemoteLoginInformation(group, workspace, "spot");
    expect(login?.nodeId).toMatch(/[-_]p$/);

    await lab.submit("evicted", id, interrupted("evicted", waitsFor("finish-evicted")));
    const first = await lab.reaches("evicted", "running");
    await marked("evicted");
    await evict(lab.cloud, pool.id);
    await until("its second run", async () => {
      const { executionState, executionInfo } = await lab.job("evicted");
      const startedAt = executionInfo?.startTime?.getTime() ?? 0;
      const later = startedAt > (first.executionInfo?.startTime?.getTime() ?? Infinity);
      return executionState === "running" && later ? true : undefined;
    });
    await lab.share("finish-evicted");
    await lab.reaches("evicted", "succeeded");
    expect(await statesOf("evicted")).toEqual(["queued", "running", "queued", "running", "succeeded"]);
    await lab.client.clusters.deleteMethod(group, workspace, "spot");
  });
});

describe("deleting a cluster", () => {
  it("row 52: keeps its finished jobs, which show their output and can be deleted", async () => {
    const id = await lab.create("gone", 1);
    await lab.submit("kept", id, "echo still here");
    await lab.reaches("kept", "succeeded");
    await lab.client.clusters.deleteMethod(group, workspace, "gone");
    const kept = await lab.job("kept");
    expect(kept.cluster?.id).toBe(id);
    const files = await lab.client.jobs.listOutputFiles(group, workspace, experiment, "kept", {
      outputdirectoryid: "stdouterr",
    });
    const url = files.find(({ name }) => name === "stdout.txt")?.downloadUrl ?? "";
    expect(await (await fetch(url)).text()).toBe("still here\n");
    await lab.client.jobs.deleteMethod(group, workspace, experiment, "kept");
    await expect(lab.job("kept")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("row 53: fails its running job with an error, and leaves no pool and no Batch job", async () => {
    const id = await lab.create("doomed", 1);
    await lab.submit("lost", id, "sleep 600");
    await lab.reaches("lost", "running");
    const pool = await poolOf(lab.cloud, workspace, "doomed");
    expect(await nodesOf(lab.cloud, workspace, "doomed")).toHaveLength(1);
    await lab.client.clusters.deleteMethod(group, workspace, "doomed");
    const lost = await lab.job("lost");
    expect(lost.executionState).toBe("failed");
    expect(lost.executionInfo?.errors?.[0]?.code).toBe("ClusterDeleted");
    const batch = batchBehind(lab.cloud);
    const pools = await batch.pool.list();
    expect(pools.map((one) => one.id)).not.toContain(pool.id);
    const jobs = await batch.job.list();
    expect(jobs.map((one) => one.id).filter((one) => one?.startsWith(pool.id))).toEqual([]);
  });
});
