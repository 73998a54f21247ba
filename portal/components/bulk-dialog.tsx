// The same for many jobs: how many is said before, what became of each after. A few at a time, and one that fails does not stop the others.
import { useState } from "react";
import { call, CallError } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { commandLines } from "../lib/command-lines.ts";
import type { JobRow } from "../lib/jobs.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";
import { ActionDialog } from "./action-dialog.tsx";

export type BulkVerb = "terminate" | "delete";
const callsAtOnce = 4;
const linesShown = 20;

interface Props {
  readonly place: Place;
  readonly verb: BulkVerb;
  readonly jobs: readonly JobRow[];
  readonly onClose: () => void;
  /** All were accepted. */
  readonly onAccepted?: () => void;
}

export function BulkDialog({ place, verb, jobs: given, onClose, onAccepted }: Props) {
  // What was selected when it was asked for; the list goes on changing.
  const [jobs] = useState(given);
  const [done, count] = useState(0);
  const refresh = useRefresh();
  const lines = commandLines(place, location.origin);
  const line = verb === "terminate" ? lines.terminate : lines.deleteJob;
  const act = async () => {
    const failures = await forEach(
      jobs,
      (job) => {
        const path = jobPath(place, job.experiment, job.name);
        return verb === "terminate"
          ? call(`${path}/terminate`, { method: "POST" })
          : call(path, { method: "DELETE" });
      },
      count,
    );
    refresh();
    const [first] = failures;
    if (first === undefined) return onAccepted?.();
    const told = `${t.bulk.accepted(jobs.length - failures.length, jobs.length)} ${first.job.name}: ${first.error.message}`;
    throw new CallError(told, {
      status: 0,
      code: first.error instanceof CallError ? first.error.code : "Failed",
    });
  };
  return (
    <ActionDialog
      title={t.bulk[verb](t.counts.jobs(jobs.length))}
      verb={t.common[verb]}
      lines={jobs.slice(0, linesShown).map((job) => line(job.experiment, job.name))}
      onClose={onClose}
      act={act}
    >
      <p>{verb === "terminate" ? t.bulk.terminateNote : t.bulk.deleteNote}</p>
      <ul className="plain-list names" translate="no">
        {jobs.slice(0, linesShown).map(({ id, name, experiment }) => (
          <li key={id}>
            {experiment}/{name}
          </li>
        ))}
      </ul>
      {jobs.length > linesShown && <p className="muted">{t.counts.more(jobs.length - linesShown)}</p>}
      <p role="status">{done > 0 && t.counts.of(done, jobs.length)}</p>
    </ActionDialog>
  );
}

async function forEach(
  jobs: readonly JobRow[],
  ask: (job: JobRow) => Promise<unknown>,
  onDone: (count: number) => void,
): Promise<readonly { readonly job: JobRow; readonly error: Error }[]> {
  const failures: { job: JobRow; error: Error }[] = [];
  const queue = [...jobs];
  let done = 0;
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      await ask(job).catch((error: unknown) => failures.push({ job, error: error as Error }));
      onDone((done += 1));
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, worker));
  return failures;
}
