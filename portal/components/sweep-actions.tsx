// What can be done with a sweep: end it, go on, give it more trials, run failed ones again, save its trials, delete it.
import { useState } from "react";
import { useLocation } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { call, download, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { pages, sweepPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { sweepLines } from "../lib/sweep-lines.ts";
import { sweepRow } from "../lib/sweeps.ts";
import { countText } from "../lib/texts.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { NumberField } from "./number-field.tsx";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly sweep: SweepResponse;
}

const verbs = {
  resume: { title: "Resume", tail: "/resume", says: "It goes on with what its limits leave." },
  extend: { title: "Extend", tail: "/extend", says: "It goes on until it has so many trials in all." },
  retry: {
    title: "Retry failed",
    tail: "/retryFailed",
    says: "Each failed trial runs again with the same parameters, as its next attempt.",
  },
  terminate: { title: "Terminate", tail: "/terminate", says: "Running trials are ended; it can be resumed." },
  remove: { title: "Delete", tail: "", says: "The sweep goes with its trials and their jobs. Output stays." },
} as const;
type Verb = keyof typeof verbs;

export function SweepActions({ place, experiment, sweep }: Props) {
  const [verb, ask] = useState<Verb>();
  const row = sweepRow(sweep);
  const isOver = row.ended !== undefined;
  const isPossible: Readonly<Record<Verb, boolean>> = {
    resume: isOver,
    extend: true,
    retry: (row.counts["failed"] ?? 0) > 0,
    terminate: !isOver,
    remove: true,
  };
  const path = `${sweepPath(place, experiment, sweep.name)}/export`;
  const save = () =>
    void download(path, { version: ownApiVersion, query: { format: "csv" } }, `${sweep.name}.csv`);
  return (
    <div className="actions">
      <button type="button" onClick={save}>
        Save as CSV
      </button>
      {(Object.keys(verbs) as Verb[]).map((each) => (
        <button
          key={each}
          type="button"
          className={each === "remove" ? "danger" : ""}
          disabled={!isPossible[each]}
          onClick={() => ask(each)}
        >
          {verbs[each].title}
        </button>
      ))}
      {verb !== undefined && (
        <SweepDialog
          key={verb}
          place={place}
          experiment={experiment}
          sweep={sweep}
          verb={verb}
          onClose={() => ask(undefined)}
        />
      )}
    </div>
  );
}

function SweepDialog({
  place,
  experiment,
  sweep,
  verb,
  onClose,
}: Props & { verb: Verb; onClose: () => void }) {
  const refresh = useRefresh();
  const [, go] = useLocation();
  const { maxTrials: before = sweep.properties.total } = sweep.properties.limits as { maxTrials?: number };
  const [maxTrials, choose] = useState(before * 2);
  const { title, tail, says } = verbs[verb];
  const lines = sweepLines(place, location.origin, experiment);
  const failed = sweepRow(sweep).counts["failed"] ?? 0;
  const act = async () => {
    await call(sweepPath(place, experiment, sweep.name) + tail, {
      version: ownApiVersion,
      method: verb === "remove" ? "DELETE" : "POST",
      ...(verb === "extend" ? { body: { properties: { limits: { maxTrials } } } } : {}),
    });
    refresh();
    if (verb === "remove") go(pages.sweeps(place));
  };
  return (
    <ActionDialog
      title={`${title}: ${sweep.name}`}
      verb={title}
      isHarmless={verb !== "remove" && verb !== "terminate"}
      lines={[verb === "extend" ? lines.extend(sweep.name, maxTrials) : lines[verb](sweep.name)]}
      onClose={onClose}
      act={act}
    >
      <p>{says}</p>
      {verb === "retry" && <p>{countText(failed, "failed trial")}.</p>}
      {verb === "extend" && (
        <NumberField
          label={`Trials in all, ${before.toLocaleString()} until now`}
          value={maxTrials}
          least={1}
          most={1_000_000}
          onChange={choose}
        />
      )}
    </ActionDialog>
  );
}
