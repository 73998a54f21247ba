// Views of an experiment's jobs that processes keep, against a plain reading of the table: the same after any order of writes by several
// processes whose clocks differ, answers that get lost, pauses, restarts, retention, restores, and snapshots that are torn, older or gone.
import { describe, expect, it } from "vitest";
import type { JobDocument } from "../../../domain/job/schema.ts";
import { changesKeptMs } from "../../../services/changes.ts";
import { change, experiment, heldStore, jobOf, refOfJob, viewStory } from "../../support/app/view-stories.ts";

const hour = 3_600_000;
type Story = Awaited<ReturnType<typeof viewStory>>;

/** What a process that writes does at random; a conflict or a lost answer is its own affair. */
function writerOf(story: Story, skewMs: number) {
  const held = heldStore(story.store, story.now);
  const state = story.stateOf(held.store, skewMs);
  const { draw, random } = story;
  const anyJob = async (): Promise<JobDocument | undefined> => {
    const { items } = await story.plain.jobs.list(experiment, { size: 100 });
    return items[draw(Math.max(1, items.length))];
  };
  const underWay = new Set<Promise<unknown>>();
  const go = (work: Promise<unknown>) => {
    const ended = work.catch(() => undefined).finally(() => underWay.delete(ended));
    underWay.add(ended);
  };
  const writes = [
    async () => {
      const made = jobOf(`j${draw(15)}`, random.uuid());
      go(state.jobs.create(refOfJob(made), made, change));
    },
    async () => {
      const job = await anyJob();
      const executionState = (["running", "succeeded", "failed"] as const)[draw(3)] ?? "failed";
      if (job !== undefined)
        go(
          state.jobs.update(refOfJob(job), (found) => ({
            ...found,
            executionState,
            attempt: found.attempt + 1,
          })),
        );
    },
    async () => {
      const job = await anyJob();
      if (job !== undefined) go(state.jobs.remove(refOfJob(job), ({ guid }) => guid === job.guid, change));
    },
  ];
  return {
    held,
    write: async () => writes[draw(writes.length)]?.(),
    async settle() {
      await held.letAllGo();
      while (underWay.size > 0) await Promise.all([...underWay, held.letAllGo()]);
      await held.arrive();
    },
  };
}

async function walk(story: Story, rounds: number): Promise<void> {
  const { draw, pass } = story;
  const writers = [writerOf(story, 0), writerOf(story, -2 * hour), writerOf(story, hour)];
  const anyWriter = () => {
    const [one = writerOf(story, 0)] = writers.slice(draw(writers.length));
    return one;
  };
  /** Nothing arrives hours after it was sent. */
  const passHours = async () => {
    for (const { held } of writers) await held.arrive();
    pass(draw(40) * hour);
  };
  let views = [story.viewsIn(), story.viewsIn()];
  const dumps: string[] = [];
  const texts: string[] = [];
  const restart = () => {
    for (const at of writers.keys()) writers[at] = writerOf(story, (draw(3) - 1) * hour);
    views = [story.viewsIn(), story.viewsIn()];
  };
  const check = async () => {
    const [view = story.viewsIn()] = views.slice(draw(views.length));
    // Nothing is written between the two readings: a view has no way to be late.
    expect(await story.look(view)).toEqual(await story.read());
  };
  const rare = [
    async () => restart(),
    async () => void (views = [story.viewsIn(), ...views.slice(0, 1)]),
    async () => story.replaceExperiment(),
    async () => void dumps.push(story.dump()),
    async () => {
      for (const writer of writers) await writer.settle();
      const dumped = dumps[draw(Math.max(1, dumps.length))];
      if (dumped === undefined) return;
      story.restore(dumped, draw(2) === 0);
      restart();
    },
    async () => void texts.push(...story.snapshots.texts.values()),
    async () => {
      for (const [name, text] of story.snapshots.texts) {
        const older = texts[draw(Math.max(1, texts.length))];
        if (draw(3) === 0) story.snapshots.texts.delete(name);
        else if (draw(2) === 0) story.snapshots.texts.set(name, text.slice(0, draw(text.length)));
        else if (older !== undefined) story.snapshots.texts.set(name, older);
      }
    },
    passHours,
    async () => void (await story.retain(story.now() - changesKeptMs)),
  ];
  const steps = [
    ...Array.from({ length: 6 }, () => () => anyWriter().write()),
    ...Array.from({ length: 4 }, () => check),
    async () => anyWriter().held.hold(),
    async () => anyWriter().held.letGo(draw(5)),
    async () => anyWriter().held.letGo(draw(5)),
    async () => anyWriter().settle(),
    async () => anyWriter().held.lose((["before", "after", "later"] as const)[draw(3)] ?? "after"),
    async () => pass(draw(120_000)),
    async () => rare[draw(rare.length)]?.(),
  ];
  for (let round = 0; round < rounds; round += 1) {
    await steps[draw(steps.length)]?.();
    // Whatever can happen by itself has happened.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const writer of writers) await writer.settle();
  for (const view of [...views, story.viewsIn()]) expect(await story.look(view)).toEqual(await story.read());
}

describe("views of an experiment's jobs", () => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    "are right after any order of writes, looks, faults and restores (%i)",
    async (seed) => walk(await viewStory(seed), 250),
  );
});
