// A row of the journal, read through schemas: its state in full; of a specification, which was checked when it was taken, what
// nothing works without. Invariant: a row that is otherwise ends the start with its number and what helps, and repeats no value.
import { z } from "zod";
import { StartError } from "../../../start-error.ts";
import type { JobScheduleSpec, JobSpec } from "../../schema/job-spec.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import type { TaskSpec } from "../../schema/task-spec.ts";
import type { StoredRow } from "../../store/journal.ts";

const entity = { id: z.string(), createdAt: z.number() };
const specWith = <Spec>(...needed: readonly (keyof Spec & string)[]) =>
  z.custom<Spec>(
    (given) => typeof given === "object" && given !== null && needed.every((name) => name in given),
    `expected a specification with ${needed.join(" and ")}`,
  );

export const PoolHead = z.object({ ...entity, spec: specWith<PoolSpec>("id", "vmSize") });
export const NodeHead = z.object({
  ...entity,
  pool: z.number(),
  isDedicated: z.boolean(),
  address: z.string(),
  root: z.string(),
});
export const JobHead = z.object({
  ...entity,
  spec: specWith<JobSpec>("id", "poolInfo"),
  schedule: z.number().exactOptional(),
});
export const TaskHead = z.object({
  ...entity,
  spec: specWith<TaskSpec>("id", "commandLine"),
  job: z.number(),
  manager: z.boolean().exactOptional(),
});
export const ScheduleHead = z.object({
  ...entity,
  spec: specWith<JobScheduleSpec>("id", "schedule", "jobSpecification"),
});
/** Of what is all state. */
export const PlainHead = z.object(entity);

export function readRow<Head extends z.ZodType, State extends z.ZodType>(
  row: StoredRow,
  head: Head,
  state: State,
): { readonly head: z.infer<Head>; readonly state: z.infer<State> } {
  return { head: readPart(row, "spec", head), state: readPart(row, "state", state) };
}

function readPart<S extends z.ZodType>(row: StoredRow, part: "spec" | "state", schema: S): z.infer<S> {
  let value: unknown;
  try {
    value = JSON.parse(row[part]);
  } catch {
    throw unreadable(row, `its ${part} is no JSON`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [{ path, message } = { path: [], message: "not as expected" }] = read.error.issues;
  throw unreadable(row, `${[part, ...path].join(".")}: ${message}`);
}

export function unreadable({ row, kind }: StoredRow, why: string): StartError {
  return new StartError(
    `Row ${row} of the Batch emulator's database batch.db, a ${kind}, cannot be read: ${why}. ` +
      "Use the version that wrote it, restore the data folder from a copy, or start with a fresh one.",
  );
}
