// The jobs of trials, and the GUID of their cluster, as this process saw them a moment ago, so that a poll does not read again what
// cannot have ended since.
import type { JobDocument } from "../../domain/job/schema.ts";
import { formatId, refOf } from "../../domain/shared/resource-id.ts";
import type { JobRef, RefOf } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";
import { remembered } from "../remembered.ts";
import type { Remembered } from "../remembered.ts";

/** So late a poll may see that a job has started, or that somebody posts its metrics; not that it has ended. */
const knownMs = 2_000;

/** A cluster that was deleted has no active jobs, as is found then; another one of its name is found later. */
const clusterKnownMs = 30_000;

/** Whoever ends a job goes on by itself; it is asked again in case that was cut off. */
const askedAgainMs = 5_000;

interface Memory {
  readonly jobs: Remembered<JobDocument | undefined>;
  readonly clusters: Remembered<string | undefined>;
  readonly ending: Remembered<void>;
}
const byState = new WeakMap<Services["state"], Memory>();

function memoryOf({ state, clock }: Services): Memory {
  const known = byState.get(state) ?? {
    jobs: remembered<JobDocument | undefined>(clock, knownMs),
    clusters: remembered<string | undefined>(clock, clusterKnownMs),
    ending: remembered<void>(clock, askedAgainMs),
  };
  byState.set(state, known);
  return known;
}

export function clusterGuid(services: Services, ref: RefOf<"cluster">): Promise<string | undefined> {
  const read = async () => (await services.state.clusters.get(ref))?.guid;
  return memoryOf(services).clusters.read(formatId(ref), read);
}

/** Every poll wants the job to end that should, and not each of them need say so. @param ask that it ends. */
export function endOnce(services: Services, ref: JobRef, ask: () => Promise<void>): Promise<void> {
  return memoryOf(services).ending.read(formatId(ref), ask);
}

/** The next poll need not ask under which GUID it was made. */
export async function rememberSubmitted(services: Services, job: JobDocument): Promise<void> {
  const memory = memoryOf(services).jobs;
  const name = formatId(refOf(job));
  memory.forget(name);
  await memory.read(name, async () => job);
}

/** Of a job that may have been submitted a moment ago. */
export async function submittedJob(services: Services, ref: JobRef): Promise<JobDocument | undefined> {
  const memory = memoryOf(services).jobs;
  const name = formatId(ref);
  const job = await memory.read(name, () => services.state.jobs.get(ref));
  memory.forget(name);
  return job;
}

/** Of a job whose task Batch has. @param row the ETag of its row among the active ones: whatever ends the run changes it. */
export function runningJob(services: Services, ref: JobRef, row: string): Promise<JobDocument | undefined> {
  return memoryOf(services).jobs.read(`${formatId(ref)} ${row}`, () => services.state.jobs.get(ref));
}
