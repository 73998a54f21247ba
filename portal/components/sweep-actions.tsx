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
import { t } from "../texts/texts.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { NumberField } from "./number-field.tsx";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly sweep: SweepResponse;
}

const tails = {
  resume: "/resume",
  extend: "/extend",
  retry: "/retryFailed",
  terminate: "/terminate",
  remove: "",
} as const;
type Verb = keyof typeof tails;

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
        {t.sweep.saveCsv}
      </button>
      {(Object.keys(tails) as Verb[]).map((each) => (
        <button
          key={each}
          type="button"
          className={each === "remove" ? "danger" : ""}
          disabled={!isPossible[each]}
          onClick={() => ask(each)}
        >
          {t.sweep.verbs[each].title}
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
  const { title, says } = t.sweep.verbs[verb];
  const lines = sweepLines(place, location.origin, experiment);
  const failed = sweepRow(sweep).counts["failed"] ?? 0;
  const act = async () => {
    await call(sweepPath(place, experiment, sweep.name) + tails[verb], {
      version: ownApiVersion,
      method: verb === "remove" ? "DELETE" : "POST",
      ...(verb === "extend" ? { body: { properties: { limits: { maxTrials } } } } : {}),
    });
    refresh();
    if (verb === "remove") go(pages.sweeps(place));
  };
  return (
    <ActionDialog
      title={t.sweep.verbOf(title, sweep.name)}
      verb={title}
      isHarmless={verb !== "remove" && verb !== "terminate"}
      lines={[verb === "extend" ? lines.extend(sweep.name, maxTrials) : lines[verb](sweep.name)]}
      onClose={onClose}
      act={act}
    >
      <p>{says}</p>
      {verb === "retry" && <p>{t.sweep.sentence(t.counts.failedTrials(failed))}</p>}
      {verb === "extend" && (
        <NumberField
          label={t.sweep.trialsInAll(before)}
          value={maxTrials}
          least={1}
          most={1_000_000}
          onChange={choose}
        />
      )}
    </ActionDialog>
  );
}
