// Points of metrics that the programs of a job post with the token that they have in their environment.
import { describe, expect, it } from "vitest";
import { experimentPath, jobBody } from "../../support/app/stories.ts";
import { share } from "../../support/app/sweep-stories.ts";
import { create, jobPath, own, runningJob, tracked } from "../../support/app/tracking-stories.ts";

const version = "?api-version=2026-11-01";

async function posting(properties: object = {}) {
  const { world, token, notebook, script } = await runningJob(properties);
  const post = (points: readonly object[], as = token, at = jobPath) =>
    world.api("POST", `${at}/metrics${version}`, { token: as, body: { points } });
  const found = async (filter: string) =>
    (await notebook.post("runs/search", { experiment_ids: ["e"], filter })).body.runs as FoundRun[];
  return { world, token, post, found, script };
}
interface FoundRun {
  readonly info: { readonly run_id: string; readonly start_time: number };
  readonly data: { readonly metrics?: readonly { readonly value: number; readonly timestamp: number }[] };
}
const point = { name: "loss", value: 0.5, step: 1 };

/** A job whose output lies on a share; `writes`, `reads` what is there. */
async function printing(outputMetrics: object, more: object = {}) {
  const onShare = { stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share", mountVolumes: share };
  const story = await posting({ ...onShare, outputMetrics, ...more });
  const { world } = story;
  const { body: job } = await world.api("GET", `${jobPath}${version}`);
  const { jobOutputDirectoryPathSegment: segment } = job.properties as {
    jobOutputDirectoryPathSegment: string;
  };
  const place = (file: string) => `${segment}/stdouterr/${file}`;
  return {
    ...story,
    shown: job.properties as { readonly outputMetrics?: unknown },
    writes: (text: string, file = "stdout.txt") => void world.written.set(place(file), text),
    metrics: async () => (await world.api("GET", `${jobPath}/metrics${version}`)).body.value as unknown,
  };
}
const epoch = (loss: number) => `10/10 - 0s - loss: ${loss}\n`;

describe("metrics that a job prints", () => {
  it("are read by the preset of its trainer, each line once, as far as it is whole", async () => {
    const { world, writes, metrics, shown, found } = await printing({ presets: ["keras"] });
    expect(shown.outputMetrics).toEqual({ presets: ["keras"], metrics: [] });
    expect(await metrics()).toEqual([]);
    writes(`${epoch(0.5)}${epoch(0.25)}10/10 - 0s - loss: 0.1`);
    expect(await metrics()).toMatchObject([{ name: "loss", n: 2, last: 0.25, lastStep: 2 }]);
    const before = world.documents.writes();
    expect(await metrics()).toMatchObject([{ n: 2 }]);
    expect(world.documents.writes()).toBe(before);
    writes(`${epoch(0.5)}${epoch(0.25)}${epoch(0.125)}`);
    expect(await metrics()).toMatchObject([{ n: 3, last: 0.125, lastStep: 3 }]);
    expect(await found("metrics.loss < 0.2")).toHaveLength(1);
  });

  it("are read to their end when the job ends, also by nobody's asking and without a last line's end", async () => {
    const { world, writes, found } = await printing({ presets: ["keras"] });
    writes(`${epoch(0.5)}${epoch(0.25).trimEnd()}`);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(20_000);
    expect(await found("metrics.loss = 0.25")).toHaveLength(1);
  });

  it("have the same steps when a look is repeated that was cut off before it was noted", async () => {
    const { world, writes, metrics } = await printing({ presets: ["keras"] });
    writes(epoch(0.5) + epoch(0.25));
    const { runs } = world.services;
    const intact = { ...runs };
    Object.assign(runs, { write: async () => Promise.reject(new Error("cut off")) });
    expect((await world.api("GET", `${jobPath}/metrics${version}`)).status).toBe(500);
    Object.assign(runs, intact);
    writes(epoch(0.5) + epoch(0.25) + epoch(0.125));
    expect(await metrics()).toMatchObject([{ n: 3, lastStep: 3 }]);
  });

  it("are read anew where a run begins its output anew, and go on with its steps", async () => {
    const { world, writes, metrics } = await printing({ presets: ["keras"] }, { retries: { onFailure: 1 } });
    writes(epoch(0.5) + epoch(0.25));
    world.azure.complete(world.onlyTask(), { exitCode: 1 });
    await world.advance(20_000);
    writes(epoch(0.3));
    await world.advance(20_000);
    world.azure.start(world.azure.tasks().at(-1)?.task.id ?? "");
    await world.advance(20_000);
    expect(await metrics()).toMatchObject([{ n: 3, last: 0.3, lastStep: 3 }]);
  });

  it("are read by expressions beside the metrics file, which keeps the other names", async () => {
    const metric = { name: "loss", expression: "step {step}: loss {value}" };
    const { writes, metrics } = await printing({ metrics: [metric] });
    writes("step 7: loss 0.5\nno report\n");
    writes('{"name":"loss","value":9,"step":9}\n{"name":"acc","value":0.75,"step":1}\n', "metrics.jsonl");
    expect(await metrics()).toMatchObject([
      { name: "acc", last: 0.75 },
      { name: "loss", n: 1, last: 0.5, lastStep: 7 },
    ]);
  });

  it("are refused with the field where they cannot be read", async () => {
    const { world } = await runningJob();
    const onShare = { stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share", mountVolumes: share };
    const refusal = async (properties: object, api = "2026-11-01") => {
      const path = `${experimentPath}/jobs/other?api-version=${api}`;
      return (await world.api("PUT", path, { body: jobBody(properties) })).body.error.target as unknown;
    };
    const at = "properties.outputMetrics";
    expect(await refusal({ ...onShare, outputMetrics: { presets: ["pytorch"] } })).toBe(`${at}.presets[0]`);
    const both = ["keras", "keras"];
    expect(await refusal({ ...onShare, outputMetrics: { presets: both } })).toBe(`${at}.presets`);
    expect(await refusal({ ...onShare, outputMetrics: {} })).toBe(at);
    const twice = [
      { name: "a", expression: "a={value}" },
      { name: "a", expression: "b={value}" },
    ];
    expect(await refusal({ ...onShare, outputMetrics: { metrics: twice } })).toBe(`${at}.metrics[1].name`);
    expect(await refusal({ stdOutErrPathPrefix: "/tmp", outputMetrics: { presets: ["keras"] } })).toBe(at);
    expect(await refusal({ ...onShare, outputMetrics: { presets: ["keras"] } }, "2018-05-01")).toBe(at);
  });
});

describe("metrics that a job's programs post", () => {
  it("are taken by the token of the job, once each, and read as any others", async () => {
    const { world, post } = await posting();
    for (let again = 0; again < 3; again += 1)
      expect(await post([point, { name: "loss", value: "NaN", step: 2 }])).toMatchObject({
        status: 200,
        body: { points: 2 },
      });
    const { body } = await world.api("GET", `${jobPath}/metrics${version}`);
    expect(body.value).toMatchObject([{ name: "loss", n: 2, min: 0.5 }]);
  });

  it("are found by a search of runs, as those that came by MLflow are", async () => {
    const { post, found } = await posting();
    const accuracy = (value: number | string, step: number) => ({ name: "accuracy", value, step });
    await post([accuracy(0.5, 1), accuracy(0.95, 2)]);
    const [run] = await found("metrics.accuracy > 0.9");
    expect(run?.info.run_id).toBe(own);
    expect(run?.data.metrics).toMatchObject([{ value: 0.95, step: 2, timestamp: run?.info.start_time }]);
    expect(await found("metrics.accuracy > 0.96")).toEqual([]);
    // An earlier step that comes late is not the last.
    await post([accuracy(0.1, 0)]);
    expect(await found("metrics.accuracy > 0.9")).toHaveLength(1);
    await post([accuracy("NaN", 3)]);
    expect(await found("metrics.accuracy > 0.9")).toEqual([]);
  });

  it("are read from the job's metrics file when they are asked for, as far as its lines are whole", async () => {
    const onShare = { stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share", mountVolumes: share };
    const { world, found } = await posting(onShare);
    const { body: job } = await world.api("GET", jobPath);
    const { jobOutputDirectoryPathSegment: segment } = job.properties as {
      jobOutputDirectoryPathSegment: string;
    };
    const write = (text: string) => world.written.set(`${segment}/stdouterr/metrics.jsonl`, text);
    const read = async () => (await world.api("GET", `${jobPath}/metrics${version}`)).body.value as unknown;
    expect(await read()).toEqual([]);
    write('{"name":"loss","value":0.5}\n{"name":"loss","value":0.25}\nno report\n{"name":"loss","val');
    expect(await read()).toMatchObject([{ name: "loss", n: 2, last: 0.25, lastStep: 2 }]);
    const writes = world.documents.writes();
    expect(await read()).toMatchObject([{ n: 2 }]);
    expect(world.documents.writes()).toBe(writes);
    write(
      '{"name":"loss","value":0.5}\n{"name":"loss","value":0.25}\n{"name":"loss","value":0.125,"step":9}\n',
    );
    expect(await read()).toMatchObject([{ name: "loss", n: 3, last: 0.125, lastStep: 9 }]);
    expect(await found("metrics.loss < 0.2")).toHaveLength(1);
  });

  it("stand beside what a script logs to the job's run, whichever comes first", async () => {
    const { post, found, script } = await posting();
    await post([point]);
    await create(script());
    await script().post("runs/log-metric", { run_id: own, key: "acc", value: 0.8, timestamp: 5, step: 1 });
    await post([{ ...point, value: 0.25, step: 2 }]);
    expect(await found("metrics.loss < 0.3 and metrics.acc = 0.8")).toHaveLength(1);
  });

  it("are refused by name when they are wrong", async () => {
    const { post } = await posting();
    const target = async (...points: object[]) => (await post(points)).body.error.target as unknown;
    expect(await target({ ...point, value: "high" })).toBe("points[0].value");
    expect(await target({ name: "loss", value: 1 })).toBe("points[0].step");
    expect(await target()).toBe("points");
  });

  it("are taken from submitters, and from no reader", async () => {
    const { post } = await posting();
    expect((await post([point], "role-submitter")).status).toBe(200);
    expect((await post([point], "role-reader")).status).toBe(403);
  });

  it("are taken by no token of another job, which is not told whether there is such a job", async () => {
    const { world, token, post } = await posting();
    const other = world.services.jobTokens.issue("00000000-0000-4000-8000-000000000000", 3_600_000);
    const refusals = await Promise.all([
      post([point], other),
      post([point], token, `${experimentPath}/jobs/none`),
    ]);
    expect(refusals.map(({ status, body }) => [status, String(body.error.code)])).toEqual([
      [403, "AuthorizationFailed"],
      [403, "AuthorizationFailed"],
    ]);
    expect(tracked(world)).toEqual([]);
  });

  it("are all that the token of a job opens on the job", async () => {
    const { world, token } = await posting();
    const tries = [
      ["GET", jobPath],
      ["GET", `${jobPath}/metrics`],
      ["POST", `${jobPath}/terminate`],
      ["DELETE", jobPath],
    ] as const;
    for (const [method, path] of tries)
      expect((await world.api(method, `${path}${version}`, { token })).status, `${method} ${path}`).toBe(401);
  });

  it("are refused when the job has ended, whoever sends them", async () => {
    const { world, post } = await posting();
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(20_000);
    expect((await post([point])).status).toBe(403);
    const late = await post([point], "role-submitter");
    expect([late.status, late.body.error.code]).toEqual([409, "InvalidState"]);
  });
});
