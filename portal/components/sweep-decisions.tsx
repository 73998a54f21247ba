// Why each trial was stopped, or went on: every verdict of the stopping policy with its figures, in a sentence.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { useDecisions } from "../api/sweep-queries.ts";
import type { DecisionWire } from "../api/sweep-queries.ts";
import { numberText } from "../lib/chart-data.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { CopyButton } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";
import { Grid } from "./grid.tsx";
import type { Column } from "./grid.tsx";

const verdicts = ["stop", "continue"] as const;

interface Props {
  readonly place: Place;
  readonly path: string;
  readonly sweep: SweepResponse;
}

export default function SweepDecisions({ path, sweep }: Props) {
  const decisions = useDecisions(path, sweep);
  return (
    <DataState query={decisions} what={t.things.decisions}>
      {(found) => (found.length === 0 ? <NoDecisions sweep={sweep} /> : <DecisionList decisions={found} />)}
    </DataState>
  );
}

function NoDecisions({ sweep }: { sweep: SweepResponse }) {
  const policy = (sweep.properties.stopping as { type?: string } | undefined)?.type;
  return (
    <Empty title={t.sweepDecisions.none}>
      <p>{policy === undefined ? t.sweepDecisions.noPolicy : t.sweepDecisions.notYet(policy)}</p>
    </Empty>
  );
}

function DecisionList({ decisions }: { decisions: readonly DecisionWire[] }) {
  const [query, setQuery] = useSearchParams();
  const verdict = verdicts.find((each) => each === query.get("verdict"));
  const trial = query.get("trial") ?? "";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const rows = useMemo(
    () =>
      decisions.filter(
        (each) =>
          (verdict === undefined || each.verdict === verdict) &&
          (trial === "" || String(each.trial) === trial),
      ),
    [decisions, verdict, trial],
  );
  const count = (of: DecisionWire["verdict"]) => decisions.filter((each) => each.verdict === of).length;
  return (
    <>
      <div className="filters">
        <label>
          <span className="sr-only">{t.sweepDecisions.numberOfTrial}</span>
          <input
            type="search"
            inputMode="numeric"
            data-filter=""
            placeholder={t.sweepDecisions.trialKey}
            value={trial}
            onChange={(event) => set({ trial: event.target.value.trim() })}
          />
        </label>
        <div role="group" aria-label={t.sweepDecisions.verdicts} className="segments">
          {verdicts.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={verdict === each}
              onClick={() => set({ verdict: verdict === each ? "" : each })}
            >
              {t.sweepDecisions[each]} <span className="number">{formats.number(count(each))}</span>
            </button>
          ))}
        </div>
      </div>
      <div className="list-head">
        <p role="status">{t.counts.decisions(rows.length)}</p>
        <CopyButton
          text={rows.map((each) => `${t.sweeps.trial(each.trial)}: ${each.sentence}`).join("\n")}
          what={t.common.sentences}
        />
      </div>
      <Grid<DecisionWire, never>
        label={t.sweepDecisions.decisions}
        rows={rows}
        columns={columnsNow()}
        idOf={(each) => `${each.trial}/${each.at}`}
        onOpen={(each) => set({ trial: String(each.trial) })}
      />
    </>
  );
}

const columnsNow = (): readonly Column<DecisionWire, never>[] => [
  { key: "trial", title: t.sweepDecisions.trial, width: "5rem", cell: ({ trial }) => trial },
  { key: "step", title: t.sweepDecisions.step, width: "5rem", cell: ({ step }) => numberText(step) },
  {
    key: "verdict",
    title: t.sweepDecisions.verdict,
    width: "7.5rem",
    cell: ({ verdict }) => t.sweepDecisions[verdict],
  },
  { key: "value", title: t.sweepDecisions.value, width: "7rem", cell: ({ value }) => numberText(value) },
  { key: "cutOff", title: t.sweepDecisions.cutOff, width: "7rem", cell: ({ cutOff }) => numberText(cutOff) },
  {
    key: "rank",
    title: t.sweepDecisions.rank,
    width: "6.5rem",
    cell: ({ rank, of }) => t.sweepDecisions.rankOf(rank, of),
  },
  {
    key: "sentence",
    title: t.sweepDecisions.why,
    width: "minmax(14rem, 2fr)",
    cell: ({ sentence }) => (
      <span title={sentence} lang="en">
        {sentence}
      </span>
    ),
  },
];
