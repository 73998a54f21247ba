// How far a sweep is, and what it found: states of its trials, the best one, what it spent, what it warns of.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { numberText } from "../lib/chart-data.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { sweepRow, trialStates } from "../lib/sweeps.ts";
import { trialJob } from "../lib/trials.ts";
import { countText, durationText } from "../lib/texts.ts";
import { AbsoluteTime, StateMark, useNow } from "./state.tsx";

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
  return (
    <>
      {properties.warnings.map(({ code, message }) => (
        <p key={code} className="banner">
          <strong>{code}</strong> {message}
        </p>
      ))}
      <ul className="sweep-counts" aria-label="Trials by state">
        <li>
          <strong>{countText(row.total, "trial")}</strong>
        </li>
        {trialStates
          .filter((state) => (row.counts[state] ?? 0) > 0)
          .map((state) => (
            <li key={state}>
              <StateMark state={state} /> {(row.counts[state] ?? 0).toLocaleString()}
            </li>
          ))}
      </ul>
      <dl className="facts card">
        <Fact term={`Best ${row.metric}, to ${row.goal}`}>
          {best === undefined ? <span className="muted">not reported yet</span> : numberText(best.value)}
        </Fact>
        {best !== undefined && (
          <Fact term="Best trial">
            <Link href={`${pages.job(place, bestJob.experiment, bestJob.job)}?tab=files`}>
              {best.trial}, its job and files
            </Link>
          </Fact>
        )}
        <Fact term="Search">{String((properties.algorithm as { type?: string }).type ?? "")}</Fact>
        <Fact term="Stops early">
          {String((properties.stopping as { type?: string } | undefined)?.type ?? "no")}
        </Fact>
        <Fact term="Spent">{costText(sweep)}</Fact>
        {properties.reuse === true && (
          <Fact term="Taken from earlier trials">{countText(properties.reused ?? 0, "trial")}</Fact>
        )}
        <Fact term={row.ended === undefined ? "Running for" : "Lasted"}>
          {durationText(Math.max(0, lasted))}
        </Fact>
        {row.ended !== undefined && (
          <Fact term="Ended">
            <AbsoluteTime value={row.ended} /> {properties.endReason}
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
  const hours = `${numberText(nodeHours)} node-hours`;
  return amount === undefined ? hours : `${hours}, ${numberText(amount)} ${currency}`;
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
