import { describe, expect, it } from "vitest";
import { provisionCluster } from "../../../../domain/cluster/rules.ts";
import {
  acceptedJob,
  endedRun,
  newJob,
  putJobAgain,
  startedJob,
  terminatingJob,
} from "../../../../domain/job/rules.ts";
import { JobDocument, JobRequest } from "../../../../domain/job/schema.ts";
import { jobWire } from "../../../../domain/job/wire.ts";
import { deleting } from "../../../../domain/kinds.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import {
  accountKey,
  cluster,
  clusterWithMounts,
  job,
  jobBody,
  jobGuid,
  jobName,
  jobWithSecrets,
  later,
  now,
  share,
} from "../samples.ts";

const create = (properties: object, on = clusterWithMounts()) =>
  newJob(jobName, jobGuid, parse(JobRequest, jobBody(properties)), on, now);
const torch = { pythonScriptFilePath: "train.py", communicationBackend: "gloo" };
const times = { startTime: now, endTime: later };

describe("a new job", () => {
  it("is shown with what was asked, the defaults and the read-only fields", () => {
    expect(jobWire(job())).toEqual({
      id: "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research/experiments/digits/jobs/mnist",
      name: "mnist",
      type: "Microsoft.BatchAI/workspaces/experiments/jobs",
      properties: {
        experimentName: "digits",
        schedulingPriority: "normal",
        cluster: { id: expect.stringMatching(/clusters\/gpu$/) as string },
        nodeCount: 1,
        toolType: "custom",
        customToolkitSettings: { commandLine: "hostname" },
        jobOutputDirectoryPathSegment: `11111111-1111-1111-1111-111111111111/lab/workspaces/research/experiments/digits/jobs/mnist/${jobGuid}`,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs",
        inputDirectories: [],
        outputDirectories: [],
        environmentVariables: [],
        secrets: [],
        constraints: { maxWallClockTime: "P7D" },
        creationTime: now.toISOString(),
        provisioningState: "creating",
        provisioningStateTransitionTime: now.toISOString(),
        executionState: "queued",
        executionStateTransitionTime: now.toISOString(),
      },
    });
  });

  it("keeps secret values apart and shows names only", () => {
    const { document, secrets } = jobWithSecrets({
      secrets: [{ name: "TOKEN", value: "s3cret" }],
      mountVolumes: { azureFileShares: [share("mine")] },
    });
    expect(Object.fromEntries(secrets)).toEqual({
      "secrets.TOKEN": "s3cret",
      "mountVolumes.azureFileShares.0.accountKey": accountKey,
    });
    const shown = jobWire(document);
    expect(shown.properties).toMatchObject({
      secrets: [{ name: "TOKEN" }],
      mountVolumes: { azureFileShares: [{ credentials: {} }], azureBlobFileSystems: [] },
    });
    expect(JSON.stringify([document, shown])).not.toMatch(/s3cret|c2VjcmV0/);
    expect(JobDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it("has exactly one toolkit", () => {
    expect(() => create({ customToolkitSettings: undefined })).toThrow(
      expect.objectContaining({
        code: "ToolkitRequired",
        message: expect.stringMatching(
          /^properties: no toolkit block is given; add one of: customToolkitSettings, /,
        ) as string,
      }),
    );
    expect(() => create({ pyTorchSettings: torch })).toThrow(
      /customToolkitSettings and pyTorchSettings are both given; keep exactly one/,
    );
  });

  it("cannot ask for more nodes than the cluster has, but may wait on a cluster at 0", () => {
    expect(() => create({ nodeCount: 8 })).toThrow(
      expect.objectContaining({
        code: "NodeCountTooLarge",
        message:
          "properties.nodeCount: the job asks for 8 nodes; cluster 'gpu' has at most 2. Lower nodeCount, or run: az batchai cluster resize -n gpu -t 8",
      }),
    );
    const auto = cluster({ scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 3 } } });
    expect(() => create({ nodeCount: 4 }, auto)).toThrow(/has at most 3/);
    const paused = cluster({ scaleSettings: { manual: { targetNodeCount: 0 } } });
    expect(create({ nodeCount: 8 }, paused).document.executionState).toBe("queued");
  });

  it("cannot go to a cluster that is going away", () => {
    const going = provisionCluster(clusterWithMounts(), "deleting", now);
    expect(() => create({}, going)).toThrow(/cluster 'gpu' is deleting; use another cluster/);
  });

  it.each([
    [
      {
        inputDirectories: [
          { id: "A", path: "x" },
          { id: "A", path: "y" },
        ],
      },
      /properties\.inputDirectories: 'A' is given twice/,
    ],
    [
      { environmentVariables: [{ name: "A", value: "x" }], secrets: [{ name: "A", value: "y" }] },
      /environmentVariables and secrets: 'A' is given twice/,
    ],
    [
      { customToolkitSettings: undefined, nodeCount: 2, pyTorchSettings: { ...torch, processCount: 1 } },
      /processCount: 1 processes cannot fill 2 nodes/,
    ],
    [
      { customToolkitSettings: undefined, nodeCount: 2, pyTorchSettings: { pythonScriptFilePath: "x" } },
      /communicationBackend: is required for 2 processes/,
    ],
  ])("is refused with %j", (properties, message) => {
    expect(() => create(properties)).toThrow(message);
  });
});

describe("a job that is put again", () => {
  it("stays the same when the content is; other secret values are no other content", () => {
    const { document } = create({ secrets: [{ name: "TOKEN", value: "old" }] });
    const body = jobBody({ secrets: [{ name: "TOKEN", value: "new" }], schedulingPriority: "normal" });
    body.properties.cluster = { id: document.spec.cluster.id.toUpperCase() };
    expect(putJobAgain(document, parse(JobRequest, body))).toBe(document);
  });

  it("stays the same when a value that is shown as sent comes in another case", () => {
    const again = (backend: string) =>
      parse(
        JobRequest,
        jobBody({
          customToolkitSettings: undefined,
          pyTorchSettings: { ...torch, communicationBackend: backend },
        }),
      );
    const gloo = newJob(jobName, jobGuid, again("gloo"), clusterWithMounts(), now).document;
    expect(putJobAgain(gloo, again("Gloo"))).toBe(gloo);
    expect(() => putJobAgain(gloo, again("MPI"))).toThrow(/exists with other content/);
  });

  it("is a conflict when the content differs or the job is being deleted", () => {
    const made = job();
    expect(() => putJobAgain(made, parse(JobRequest, jobBody({ nodeCount: 2 })))).toThrow(
      expect.objectContaining({ code: "Conflict", status: 409 }),
    );
    expect(() => putJobAgain(deleting(made, later), parse(JobRequest, jobBody()))).toThrow(
      /is being deleted/,
    );
  });
});

describe("the life of a job", () => {
  const running = startedJob(acceptedJob(job(), now), now, now);

  it("runs and succeeds", () => {
    expect(running).toMatchObject({ provisioningState: "succeeded", executionState: "running" });
    const done = endedRun(running, { kind: "succeeded", exitCode: 0 }, times, later);
    expect(jobWire(done).properties).toMatchObject({
      executionState: "succeeded",
      executionInfo: { startTime: now.toISOString(), endTime: later.toISOString(), exitCode: 0 },
    });
    expect(endedRun(done, { kind: "failed", errors: [] }, times, later)).toBe(done);
  });

  it("always has both times and errors when it failed, also when it never ran", () => {
    const errors = [{ code: "JobTerminated", message: "m" }];
    const done = endedRun(job(), { kind: "failed", errors }, {}, later);
    expect(done).toMatchObject({
      executionState: "failed",
      provisioningState: "succeeded",
      executionInfo: { startTime: later.toISOString(), endTime: later.toISOString(), errors },
    });
    expect(done.executionInfo).not.toHaveProperty("exitCode");
  });

  it("goes back to the queue as a new attempt when its node is lost", () => {
    const losses = { preemptions: 1, resizes: 0, nodeFaults: 0, userRetries: 0 };
    const again = endedRun(running, { kind: "retry", losses, cause: "preempted" }, times, later);
    expect(again).toMatchObject({ executionState: "queued", attempt: 2, losses, executionInfo: {} });
    expect(startedJob(again, later, later).executionInfo).toEqual({ startTime: later.toISOString() });
  });

  it("cannot be terminated when it is finished", () => {
    const done = endedRun(running, { kind: "succeeded", exitCode: 0 }, times, later);
    expect(() => terminatingJob(done, later)).toThrow(
      /job 'mnist' is succeeded and cannot become terminating/,
    );
    expect(terminatingJob(running, later)).toMatchObject({
      executionState: "terminating",
      executionInfo: running.executionInfo,
    });
  });
});
