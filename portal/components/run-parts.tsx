// Pieces of runs that the list and the comparison share.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { numberText } from "../lib/chart-data.ts";
import { durationMs } from "../lib/jobs.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { valueOf } from "../lib/runs.ts";
import type { Field, RunRow } from "../lib/runs.ts";
import { durationText } from "../lib/texts.ts";
import { useNow } from "./state.tsx";

/** To the page of the job, where it has one; a run of no job is shown by itself. */
export const pageOfRun = (place: Place, run: RunRow) =>
  run.job === undefined ? pages.run(place, run.id) : pages.job(place, run.experiment, run.job);

export function RunLink({ place, run }: { place: Place; run: RunRow }) {
  return (
    <Link href={pageOfRun(place, run)} translate="no">
      {run.name === "" ? run.id : run.name}
    </Link>
  );
}

export function TrialLink({ place, run }: { place: Place; run: RunRow }) {
  if (run.trial === undefined) return null;
  return (
    <Link href={pages.sweep(place, run.experiment, run.trial.sweep)} translate="no">
      {run.trial.sweep} · {run.trial.number}
    </Link>
  );
}

export function RunDuration({ run }: { run: RunRow }) {
  const ms = durationMs(run, useNow());
  return ms === undefined || run.status === "scheduled" ? "" : durationText(ms);
}

export function fieldValue(run: RunRow, field: Field): ReactNode {
  const value = valueOf(run, field);
  return typeof value === "number" ? numberText(value) : (value ?? "");
}
