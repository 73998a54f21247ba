// Triggers for the end of jobs: chains, with what one job hands to the next, in the whole app over memory, in the test's time.
// Runs long: chains of twenty jobs.
import { describe, expect, it } from "vitest";
import { metricRunOf } from "../../domain/metric/run.ts";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";
import {
  at,
  command,
  decisions,
  endJobs,
  jobNames,
  ledger,
  refOfJob,
  refOfTrigger,
  save,
  tick,
} from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";
import { share as mountVolumes } from "../support/app/sweep-stories.ts";

const stdOutErrPathPrefix = "$AZ_BATCHAI_JOB_MOUNT_ROOT/share";

/** What a job reports: the values of each metric, step by step. */
async function report(
  world: World,
  job: string,
  metrics: readonly (readonly [string, readonly number[]])[] = [
    ["val/accuracy", [0.5, 0.9, 0.8]],
    ["loss", [1, 0.25]],
  ],
): Promise<void> {
  const document = await world.services.state.jobs.get(refOfJob(job));
  if (document === undefined) throw new Error(`there is no job ${job}`);
  const added = metrics.map(([name, values]) => ({
    name,
    points: values.map((value, index) => ({ step: index, value })),
  }));
  await world.services.metrics.append(metricRunOf(document), added);
}

/** Where the first node's outputs file is. */
async function says(world: World, job: string, text: string): Promise<void> {
  const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
  world.written.set(`${body.properties.jobOutputDirectoryPathSegment}/stdouterr/outputs.jsonl`, text);
}

describe("a trigger for the end of jobs", () => {
  it("makes a chain of jobs, once for each end", async () => {
    const world = await worldWithCluster();
    const after = (job: string) => ({ on: { jobCompleted: { experiment: "e", job } } });
    await save(world, "evaluate", after("train-{run}"), command("evaluate {job} {run} {job.state}"));
    await world.advance(10_000);
    await world.api("PUT", `${experimentPath}/jobs/train-7`, { body: jobBody() });
    await endJobs(world);
    await tick(world, 5_000);
    const told = await ledger(world, "evaluate");
    expect(decisions(told)).toEqual(["started"]);
    const name = told[0]?.job?.id.split("/").at(-1) ?? "";
    const job = await world.api("GET", `${experimentPath}/jobs/${name}`);
    expect(job.body.properties.customToolkitSettings.commandLine).toBe("evaluate train-7 7 succeeded");
  });

  it("hands numbers that a job reported to the next, in a chain of four steps of which one fails", async () => {
    const world = await worldWithCluster();
    const after = (job: string, outputs: object = {}) => ({
      on: { jobCompleted: { experiment: "e", job, outputs } },
    });
    const accuracy = { accuracy: { metric: "val/accuracy", of: "max" }, loss: { metric: "loss" } };
    await save(world, "evaluate", after("train-{run}"), command("evaluate {job}"));
    await save(world, "compare", after("evaluate-{rest}"), command("compare {job}"));
    await save(
      world,
      "promote",
      after("compare-{rest}", accuracy),
      command("promote {outputs.accuracy} {outputs.loss}"),
    );
    const unknown = await world.api("PUT", at("wrong"), {
      body: {
        properties: {
          ...after("x-{run}", accuracy),
          action: { experiment: "e", job: jobBody(command("{outputs.recall}")) },
        },
      },
    });
    expect(unknown.body.error.message).toContain("'{outputs.recall}' is no value of this trigger");
    await world.advance(10_000);
    const step = async (exitCode = 0) => {
      await endJobs(world, exitCode);
      await tick(world, 5_000);
    };
    await world.api("PUT", `${experimentPath}/jobs/train-1`, { body: jobBody() });
    await step();
    // The comparison fails: nothing is promoted.
    await step();
    await step(1);
    expect(await ledger(world, "promote")).toEqual([]);
    expect(await jobNames(world)).toHaveLength(3);
    await world.api("PUT", `${experimentPath}/jobs/train-2`, { body: jobBody() });
    await step();
    await step();
    const compared = (await ledger(world, "compare")).at(-1)?.job?.id.split("/").at(-1) ?? "";
    await report(world, compared);
    await step();
    const [told] = await ledger(world, "promote");
    expect(told).toMatchObject({ decision: "started" });
    const promoted = await world.api("GET", `${experimentPath}/jobs/${told?.job?.id.split("/").at(-1)}`);
    expect(promoted.body.properties.customToolkitSettings.commandLine).toBe("promote 0.9 0.25");
  });

  it("hands texts, and true or false, from a job's outputs file: as data, never as words of a shell", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    const outputs = { model: { text: "model" }, better: { boolean: "better" }, loss: { metric: "loss" } };
    const after = (job: string) => ({ on: { jobCompleted: { experiment: "e", job, outputs } } });
    await save(world, "promote", after("train-{run}"), {
      ...command("promote {outputs.better} {outputs.loss}"),
      environmentVariables: [{ name: "MODEL", value: "{outputs.model}" }],
    });
    await save(world, "bare", after("bare-{run}"), command("promote {outputs.model}"));
    await world.advance(10_000);
    const model = "models/7; rm -rf $HOME";
    for (const name of ["train-1", "bare-1"]) {
      await world.api("PUT", `${experimentPath}/jobs/${name}`, {
        body: jobBody({ mountVolumes, stdOutErrPathPrefix }),
      });
      await report(world, name, [["loss", [0.25]]]);
      const lines = [
        { name: "model", value: "another" },
        { name: "model", value: model },
        { name: "better", value: false },
      ];
      await says(world, name, lines.map((line) => JSON.stringify(line)).join("\n"));
      await endJobs(world);
      await tick(world, 5_000);
    }
    const [told] = await ledger(world, "promote");
    expect(told).toMatchObject({ decision: "started" });
    const { body } = await world.api("GET", told?.job?.id ?? "");
    expect(body.properties.customToolkitSettings.commandLine).toBe("promote false 0.25");
    expect(body.properties.environmentVariables).toEqual([{ name: "MODEL", value: model }]);
    expect(await ledger(world, "bare")).toMatchObject([
      { decision: "failed", reason: expect.stringContaining("has characters that a shell reads") as string },
    ]);
  });

  it("says which line of an outputs file is none, where an output is missing", async () => {
    const world = await worldWithCluster();
    const outputs = { model: { text: "model" } };
    const on = { jobCompleted: { experiment: "e", job: "train-{run}", outputs } };
    await save(world, "promote", { on }, command("promote {outputs.model}"));
    await world.advance(10_000);
    const job = jobBody({ mountVolumes, stdOutErrPathPrefix });
    const reasons: string[] = [];
    for (const [index, text] of ["", '{"name": "model", "value": 7}', "x".repeat(70_000)].entries()) {
      await world.api("PUT", `${experimentPath}/jobs/train-${index}`, { body: job });
      await says(world, `train-${index}`, text);
      await endJobs(world);
      await tick(world, 5_000);
      reasons.push((await ledger(world, "promote")).at(-1)?.reason ?? "");
    }
    expect(reasons).toEqual([
      expect.stringMatching(
        /outputs\.model: the job train-0 reported no 'model' in \$AZ_BATCHAI_OUTPUTS_FILE$/,
      ),
      expect.stringContaining('; line 1 of the outputs file says "model" is a number; numbers are metrics'),
      expect.stringContaining("the outputs file of the job train-2 has more than 65536 bytes"),
    ]);
    // Whoever mends the file replays the firing.
    await says(world, "train-1", '{"name": "model", "value": "models/1"}');
    await world.api("POST", at("promote", "/replay"), { body: { failed: true } });
    const decided = decisions(await ledger(world, "promote"));
    expect(decided.toSorted()).toEqual(["failed", "failed", "replayed"]);
  });

  it("does not start a job without what it is to be told, and says what is missing", async () => {
    const world = await worldWithCluster();
    const outputs = { accuracy: { metric: "accuracy" } };
    const on = { jobCompleted: { experiment: "e", job: "train-{run}", outputs } };
    await save(world, "promote", { on }, command("promote {outputs.accuracy}"));
    await world.advance(10_000);
    await world.api("PUT", `${experimentPath}/jobs/train-1`, { body: jobBody() });
    await endJobs(world);
    await tick(world, 5_000);
    const [told] = await ledger(world, "promote");
    expect(told).toMatchObject({ decision: "failed" });
    expect(told?.reason).toContain("outputs.accuracy: the job train-1 reported no metric 'accuracy'");
    await report(world, "train-1", [["accuracy", [0.5]]]);
    const replayed = await world.api("POST", at("promote", "/replay"), { body: { failed: true } });
    expect(replayed.body.value[0].properties.decision).toBe("replayed");
  });

  it("hears of an end that was missed, once, and of none before its time", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", `${experimentPath}/jobs/train-7`, { body: jobBody() });
    await endJobs(world);
    await save(world, "after", { on: { jobCompleted: { experiment: "e" } } });
    await world.advance(10_000);
    await world.reconcileJobs();
    await tick(world, 5_000);
    expect(await ledger(world, "after")).toEqual([]);
    // As if it had been there when the job ended, and what was to tell it had been lost.
    const since = new Date(world.now() - 3_600_000).toISOString();
    await world.services.state.triggers.update(refOfTrigger("after"), (found) => ({ ...found, since }));
    await world.advance(10_000);
    for (let look = 0; look < 2; look += 1) {
      await world.reconcileJobs();
      await tick(world, 5_000);
    }
    const told = await ledger(world, "after");
    expect(decisions(told)).toEqual(["started"]);
    expect(told[0]?.event["job"]).toBe("train-7");
    // One of long ago was told when the service found it.
    const hoursAgo = (hours: number) => new Date(world.now() - hours * 3_600_000).toISOString();
    await world.services.state.jobs.update(refOfJob("train-7"), (found) => ({
      ...found,
      executionInfo: { ...found.executionInfo, endTime: hoursAgo(25) },
    }));
    await save(world, "later", { on: { jobCompleted: { experiment: "e" } } });
    await world.services.state.triggers.update(refOfTrigger("later"), (found) => ({
      ...found,
      since: hoursAgo(30),
    }));
    await world.advance(10_000);
    await world.reconcileJobs();
    await tick(world, 5_000);
    expect(await ledger(world, "later")).toEqual([]);
  });

  it("ends a circle", async () => {
    const world = await worldWithCluster();
    await save(world, "again", { on: { jobCompleted: { experiment: "e" } } });
    await world.advance(10_000);
    await world.api("PUT", `${experimentPath}/jobs/first`, { body: jobBody() });
    for (let round = 0; round < 23; round += 1) {
      await endJobs(world);
      await tick(world, 5_000);
    }
    const told = await ledger(world, "again");
    expect(decisions(told)).toEqual([...Array.from({ length: 20 }, () => "started"), "skipped"]);
    expect(told.at(-1)?.reason).toContain("20 jobs or sweeps started one another");
  }, 60_000);
});
