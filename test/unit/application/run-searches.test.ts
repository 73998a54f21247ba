// Searches of runs by a process that keeps a view of an experiment, against one that has seen nothing yet: the same after any order of
// changes by several processes, looks, pauses and restarts.
import { describe, expect, it } from "vitest";
import { searchRuns } from "../../../application/tracking/searches.ts";
import { newExperiment } from "../../../domain/experiment/rules.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import { refOf } from "../../../domain/shared/resource-id.ts";
import { requests } from "../../../domain/tracking/requests.ts";
import { freshRun, withMetrics } from "../../../domain/tracking/run.ts";
import { documentRetention } from "../../../services/documents/document-retention.ts";
import { documentRuns } from "../../../services/documents/runs.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import type { Services } from "../../../services/services.ts";
import { silentLogger } from "../../../local/logger.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { memorySnapshots } from "../../support/app/memory-snapshots.ts";
import { change, experiment, firstTime, jobOf } from "../../support/app/view-stories.ts";
import { seededRandom } from "../../../local/random.ts";

const scope = { kind: "workspace", workspace: { ...experiment, kind: "workspace" } } as const;
async function story(seed: number) {
  let now = Date.parse(firstTime);
  const random = seededRandom(seed);
  const store = memoryDocuments();
  const snapshots = memorySnapshots(() => now);
  const processes = () => {
    const clock = { now: () => now };
    const state = documentState({ store, random, ...clock });
    const runs = documentRuns({ store, random, ...clock });
    return { state, runs, clock, snapshots, logger: silentLogger } as unknown as Services;
  };
  const writer = processes();
  await writer.state.experiments.create(experiment, newExperiment(experiment, new Date(now)), change);
  const asked = requests.searchRuns.parse({ experiment_ids: ["e"], order_by: ["metrics.loss DESC"] });
  return {
    store,
    random,
    processes,
    writer,
    pass: (ms: number) => void (now += ms),
    search: async (by: Services) => JSON.stringify(await searchRuns(by, scope, asked)),
    log: async (by: Services, { job: name, guid }: JobDocument, value: number): Promise<void> => {
      const place = { experiment, jobGuid: guid };
      const found = await by.runs.get(place);
      const run =
        found?.item ??
        freshRun({ kind: "job", experiment: "e", job: { name, guid }, name, user: "", startTime: now });
      await by.runs.write(
        place,
        withMetrics(run, [{ key: "loss", value, step: now, time: now }]),
        found?.etag,
      );
    },
  };
}

describe("searches of runs", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "are right after any order of changes, looks and pauses (%i)",
    async (seed) => {
      const { random, processes, writer, pass, search, log } = await story(seed);
      const draw = (below: number) => random.bytes(4).readUInt32BE(0) % below;
      let searching = [processes(), processes()];
      const jobs = new Map<string, JobDocument>();
      for (let round = 0; round < 150; round += 1) {
        const job = [...jobs.values()][draw(Math.max(1, jobs.size))];
        const name = `j${draw(12)}`;
        const steps = [
          async () => {
            const made = jobOf(name, random.uuid());
            if ((await writer.state.jobs.create(refOf<"job">(made), made, change)).created)
              jobs.set(name, made);
          },
          async () => {
            const executionState = (["running", "succeeded", "failed"] as const)[draw(3)] ?? "failed";
            if (job !== undefined)
              await writer.state.jobs.update(
                refOf<"job">(job),
                (found) => ({ ...found, executionState }),
                () => change,
              );
          },
          async () => {
            if (job === undefined) return;
            await writer.state.jobs.remove(refOf<"job">(job), () => true, change);
            if (draw(2) === 0) await writer.runs.remove(experiment, job.guid);
            jobs.delete(job.job);
          },
          async () => (job === undefined ? undefined : log(writer, job, draw(100))),
          async () => (job === undefined ? undefined : log(writer, job, draw(100))),
          async () => pass(draw(4) * 400_000),
          async () => void (draw(10) === 0 && (searching = [processes(), processes()])),
          async () => {
            const by = searching[draw(2)] ?? processes();
            expect(await search(by)).toBe(await search(processes()));
          },
        ];
        await steps[draw(steps.length)]?.();
      }
      for (const by of searching) expect(await search(by)).toBe(await search(processes()));
    },
  );

  it("forget a job whose removal was cut off between its two steps, and went on much later", async () => {
    const { store, processes, writer, pass, search } = await story(9);
    const job = jobOf("j", "00000000-0000-4000-8000-000000000002");
    await writer.state.jobs.create(refOf<"job">(job), job, change);
    const intact = { ...store };
    Object.assign(store, { remove: async () => Promise.reject(new Error("cut off")) });
    await expect(writer.state.jobs.remove(refOf<"job">(job), () => true, change)).rejects.toThrow("cut off");
    Object.assign(store, intact);
    pass(3_600_000);
    const searching = processes();
    expect(await search(searching)).toContain("batchai.job");
    pass(60_000);
    await processes().state.jobs.remove(refOf<"job">(job), () => true, change);
    expect(await search(searching)).toBe(JSON.stringify({ runs: [] }));
  });

  it("tell of changes in rows that retention removes", async () => {
    const { store, writer, pass, log } = await story(10);
    const job = jobOf("j", "00000000-0000-4000-8000-000000000003");
    await writer.state.jobs.create(refOf<"job">(job), job, change);
    await log(writer, job, 1);
    pass(86_400_000);
    await log(writer, job, 2);
    const retention = documentRetention(store, experiment.subscriptionId);
    const soon = new Date(Date.parse(firstTime) + 1_000).toISOString();
    const removed = await retention.removeBefore({ time: soon, nodeTime: soon, changes: soon }, () => true);
    // One of the job, whose writer wrote no more, and the row of that; one of the run, whose writer goes on.
    expect(removed.changes).toBe(3);
    const rowsOf = (kind: string) => store.dump().split(`"changed|e|${kind}|`).length - 1;
    expect([rowsOf("writer"), rowsOf("write")]).toEqual([1, 1]);
  });
});
