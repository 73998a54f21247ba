// What processes leave for others that have seen nothing yet, and when that is of no use: a copy of a view that is torn, of another experiment
// of its name, or of rows that were put back since.
import { describe, expect, it } from "vitest";
import { changesKeptMs } from "../../../services/changes.ts";
import {
  change,
  experiment,
  jobOf,
  refOfJob,
  smallLimits,
  viewStory,
} from "../../support/app/view-stories.ts";

const hour = 3_600_000;

async function storyOf(jobs: number) {
  const story = await viewStory(1, { ...smallLimits, changes: 50 });
  const names = Array.from({ length: jobs }, (_, index) => `j${index}`);
  const add = async (name: string, state = story.plain) => {
    const job = jobOf(name, story.random.uuid());
    await state.jobs.create(refOfJob(job), job, change);
    return job;
  };
  const made = [];
  for (const name of names) made.push(await add(name));
  /** By a process that has seen nothing yet: what it found, and how often it asked the table. */
  const fresh = async () => {
    const before = story.reads();
    const found = await story.look(story.viewsIn());
    return { found, reads: story.reads() - before };
  };
  const isRight = async () => expect((await fresh()).found).toEqual(await story.read());
  return { ...story, add, made, fresh, isRight };
}

describe("a process that has seen nothing yet", () => {
  it("goes on from what another one has left, however many jobs there are", async () => {
    const story = await storyOf(2_500);
    const [first, second] = [await story.fresh(), await story.fresh()];
    expect(first.found).toHaveLength(2_500);
    expect(second.found).toEqual(first.found);
    expect(first.reads).toBeGreaterThan(second.reads);
    // The experiment, and the rows of writers.
    expect(second.reads).toBe(2);
    await story.add("k");
    const third = await story.fresh();
    expect(third.found).toHaveLength(2_501);
    expect(third.reads).toBe(4);
  });

  it("reads all where a snapshot is torn, of another shape, or gone", async () => {
    const story = await storyOf(5);
    await story.fresh();
    const [[name, text] = ["", ""]] = story.snapshots.texts;
    const damaged = [
      text.slice(0, text.length / 2),
      text.replace("\nend", ""),
      text.slice(text.indexOf("\n") + 1),
      `{"of":1}\nend`,
      text.replace('"count":5', '"count":4'),
      text.replace(/\tj?\{/, "\tno JSON {"),
      "",
    ];
    for (const one of damaged) {
      story.snapshots.texts.set(name, one);
      await story.isRight();
    }
  });

  it("takes nothing of an experiment that had the same name, though it was made at the same moment", async () => {
    const story = await storyOf(3);
    await story.fresh();
    const [[name, text] = ["", ""]] = story.snapshots.texts;
    await story.replaceExperiment();
    await story.add("j1");
    story.snapshots.texts.set(name, text);
    expect((await story.fresh()).found).toHaveLength(1);
  });

  it("does not believe a snapshot that is days old", async () => {
    const story = await storyOf(3);
    await story.fresh();
    story.pass(changesKeptMs);
    const later = await story.fresh();
    expect(later.reads).toBeGreaterThan(2);
    expect(later.found).toHaveLength(3);
  });
});

describe("a view, where older rows were put back,", () => {
  /** A snapshot of a moment after the copy. */
  async function restored(
    rowByRow: boolean,
    after: (story: Awaited<ReturnType<typeof storyOf>>) => Promise<unknown>,
  ) {
    const story = await storyOf(3);
    await story.fresh();
    const copy = story.dump();
    await after(story);
    story.pass(hour);
    story.snapshots.texts.clear();
    await story.fresh();
    story.restore(copy, rowByRow);
    await story.isRight();
  }

  it.each([true, false])(
    "is read anew: what was written after the copy is gone (row by row: %s)",
    async (rowByRow) => {
      await restored(rowByRow, async (story) => story.add("after"));
      await restored(rowByRow, async (story) => story.add("after", story.stateOf(story.store)));
      await restored(rowByRow, async ({ plain, made: [job] }) => {
        if (job !== undefined)
          await plain.jobs.update(refOfJob(job), (found) => ({ ...found, executionState: "running" }));
      });
    },
  );

  it("is read anew though a copy that took a while has the log of one moment and the job of a later one", async () => {
    const story = await storyOf(3);
    await story.fresh();
    const early = JSON.parse(story.dump()) as [string, [string, unknown][]][];
    const [job] = story.made;
    if (job === undefined) throw new Error("no job");
    await story.plain.jobs.update(refOfJob(job), (found) => ({ ...found, executionState: "running" }));
    const late = new Map(
      (JSON.parse(story.dump()) as typeof early).map(([name, rows]) => [name, new Map(rows)]),
    );
    const mixed = early.map(([name, rows]) => [
      name,
      rows.map(([row, value]) => [row, row.startsWith("job|") ? late.get(name)?.get(row) : value]),
    ]);
    story.restore(JSON.stringify(mixed), true);
    await story.isRight();
  });

  it("is read anew though the writer of what is gone had been silent for days", async () => {
    const story = await storyOf(3);
    const copy = story.dump();
    await story.add("after", story.stateOf(story.store));
    story.pass(2 * changesKeptMs);
    await story.fresh();
    story.restore(copy, false);
    await story.isRight();
  });

  it("is read anew where a write that overtook another one is gone", async () => {
    const story = await storyOf(1);
    const { partition, experiment: name } = { partition: partitionOf(), experiment: experiment.experiment };
    const rowsOf = (number: number, settled: number) => [
      {
        kind: "put" as const,
        row: `changed|${name}|write|w|${String(number).padStart(12, "0")}`,
        value: { at: story.now(), number, settled, row: `job|${name}|j${number}` },
      },
      { kind: "put" as const, row: `changed|${name}|writer|w`, value: { at: story.now(), number, settled } },
    ];
    const copyWith = async (numbers: readonly number[]) => {
      for (const number of numbers) {
        const job = jobOf(`j${number}`, story.random.uuid());
        await story.store.commit(partition, [
          { kind: "insert", row: `job|${name}|j${number}`, value: { revision: 1, document: job } },
          ...rowsOf(number, 5),
        ]);
      }
    };
    await story.fresh();
    const before = story.dump();
    await copyWith([6]);
    story.snapshots.texts.clear();
    // The sixth was there before the fifth; the copy has the fifth alone.
    await story.fresh();
    const text = new Map(story.snapshots.texts);
    story.restore(before, false);
    await copyWith([5]);
    for (const [snapshot, one] of text) story.snapshots.texts.set(snapshot, one);
    await story.isRight();
  });
});

const partitionOf = () =>
  `${experiment.subscriptionId}|${experiment.resourceGroup}|${experiment.workspace}`.toLowerCase();

describe("what says which jobs were written", () => {
  it("may go after days: whoever followed it goes on, or reads anew", async () => {
    const story = await storyOf(3);
    const views = story.viewsIn();
    await story.look(views);
    for (let day = 0; day < 9; day += 1) {
      story.pass(24 * hour);
      await story.retain(story.now() - changesKeptMs);
      if (day % 4 === 3) await story.add(`d${day}`);
      expect(await story.look(views)).toEqual(await story.read());
      await story.isRight();
    }
    expect(story.dump().match(/changed\|e\|write\|/g)?.length ?? 0).toBeLessThanOrEqual(2);
  });
});
