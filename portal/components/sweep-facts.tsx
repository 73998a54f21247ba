// How far a sweep is, and what it found: states of its trials, the best one, what it spent, what it warns of.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { numberText } from "../lib/chart-data.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { sweepRow, trialStates } from "../lib/sweeps.ts";
import { trialJob } from "../lib/trials.ts";
import { durationText } from "../lib/texts.ts";
import { AbsoluteTime, StateMark, useNow } from "./state.tsx";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly sweep: SweepResponse;
}

export function SweepFacts({ place, experiment, sweep }: Props) {
  const row = sweepRow(sweep);
  const now = useNow();
  const { properties } = sweep;
  const lasted = (row.ended === undefined ? now : Date.parse(row.ended)) - Date.parse(row.started);
  const best = properties.best;
  const bestJob = trialJob(experiment, best?.job ?? "", best?.reusedFrom);
  const policy = (properties.stopping as { type?: string } | undefined)?.type;
  return (
    <>
      {properties.warnings.map(({ code, message }) => (
        <p key={code} className="banner" lang="en">
          <strong>{code}</strong> {message}
        </p>
      ))}
      <ul className="sweep-counts" aria-label={t.sweep.trialsByState}>
        <li>
          <strong>{t.counts.trials(row.total)}</strong>
        </li>
        {trialStates
          .filter((state) => (row.counts[state] ?? 0) > 0)
          .map((state) => (
            <li key={state}>
              <StateMark state={state} /> {formats.number(row.counts[state] ?? 0)}
            </li>
          ))}
      </ul>
      <dl className="facts card">
        <Fact term={t.sweep.best[row.goal](row.metric)}>
          {best === undefined ? <span className="muted">{t.sweep.notReported}</span> : numberText(best.value)}
        </Fact>
        {best !== undefined && (
          <Fact term={t.sweep.bestTrial}>
            <Link href={`${pages.job(place, bestJob.experiment, bestJob.job)}?tab=files`}>
              {t.sweep.jobAndFiles(best.trial)}
            </Link>
          </Fact>
        )}
        <Fact term={t.sweep.search}>
          <span translate="no">{(properties.algorithm as { type?: string }).type}</span>
        </Fact>
        <Fact term={t.sweep.stopsEarly}>
          {policy === undefined ? t.sweep.neverStops : <span translate="no">{policy}</span>}
        </Fact>
        <Fact term={t.sweep.spent}>{costText(sweep)}</Fact>
        {properties.reuse === true && (
          <Fact term={t.sweep.taken}>{t.counts.trials(properties.reused ?? 0)}</Fact>
        )}
        <Fact term={row.ended === undefined ? t.sweep.runningFor : t.sweep.lasted}>
          {durationText(Math.max(0, lasted))}
        </Fact>
        {row.ended !== undefined && (
          <Fact term={t.sweep.ended}>
            <AbsoluteTime value={row.ended} /> <span lang="en">{properties.endReason}</span>
          </Fact>
        )}
      </dl>
    </>
  );
}

/** Node-hours, and money only where the sweep itself was given a price. */
function costText({ properties: { spent, budget } }: SweepResponse): string {
  const { nodeHours = 0, amount } = spent as { nodeHours?: number; amount?: number };
  const { currency = "" } = (budget ?? {}) as { currency?: string };
  const hours = numberText(nodeHours);
  if (amount === undefined) return t.sweep.nodeHours(hours);
  return t.sweep.nodeHoursAndMoney(hours, numberText(amount), currency);
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
