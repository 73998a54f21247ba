// Why each trial was stopped, or went on: every verdict of the stopping policy with its figures, in a sentence.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { useDecisions } from "../api/sweep-queries.ts";
import type { DecisionWire } from "../api/sweep-queries.ts";
import { numberText } from "../lib/chart-data.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { countText } from "../lib/texts.ts";
import { CopyButton } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";
import { Grid } from "./grid.tsx";
import type { Column } from "./grid.tsx";

const verdicts = ["stop", "continue"] as const;
const verdictWords = { stop: "■ stop", continue: "▶ goes on" } as const;

interface Props {
  readonly place: Place;
  readonly path: string;
  readonly sweep: SweepResponse;
}

export default function SweepDecisions({ path, sweep }: Props) {
  const decisions = useDecisions(path, sweep);
  return (
    <DataState query={decisions} what="the decisions">
      {(found) => (found.length === 0 ? <NoDecisions sweep={sweep} /> : <DecisionList decisions={found} />)}
    </DataState>
  );
}

function NoDecisions({ sweep }: { sweep: SweepResponse }) {
  const policy = (sweep.properties.stopping as { type?: string } | undefined)?.type;
  return (
    <Empty title="Nothing was decided">
      <p>
        {policy === undefined
          ? "The sweep has no stopping policy: every trial runs to its end. Extend it with one to change that."
          : `The policy ${policy} decides when trials report; none has come that far.`}
      </p>
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
          <span className="sr-only">Number of a trial</span>
          <input
            type="search"
            inputMode="numeric"
            data-filter=""
            placeholder="Trial (/)"
            value={trial}
            onChange={(event) => set({ trial: event.target.value.trim() })}
          />
        </label>
        <div role="group" aria-label="Verdicts" className="segments">
          {verdicts.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={verdict === each}
              onClick={() => set({ verdict: verdict === each ? "" : each })}
            >
              {verdictWords[each]} <span className="number">{count(each).toLocaleString()}</span>
            </button>
          ))}
        </div>
      </div>
      <div className="list-head">
        <p role="status">{countText(rows.length, "decision")}</p>
        <CopyButton
          text={rows.map((each) => `trial ${each.trial}: ${each.sentence}`).join("\n")}
          what="sentences"
        />
      </div>
      <Grid<DecisionWire, never>
        label="Decisions"
        rows={rows}
        columns={columns}
        idOf={(each) => `${each.trial}/${each.at}`}
        onOpen={(each) => set({ trial: String(each.trial) })}
      />
    </>
  );
}

const columns: readonly Column<DecisionWire, never>[] = [
  { key: "trial", title: "Trial", width: "5rem", cell: ({ trial }) => trial },
  { key: "step", title: "Step", width: "5rem", cell: ({ step }) => numberText(step) },
  { key: "verdict", title: "Verdict", width: "7.5rem", cell: ({ verdict }) => verdictWords[verdict] },
  { key: "value", title: "Value", width: "7rem", cell: ({ value }) => numberText(value) },
  { key: "cutOff", title: "Cut-off", width: "7rem", cell: ({ cutOff }) => numberText(cutOff) },
  { key: "rank", title: "Rank", width: "6.5rem", cell: ({ rank, of }) => `${rank} of ${of}` },
  {
    key: "sentence",
    title: "Why",
    width: "minmax(14rem, 2fr)",
    cell: ({ sentence }) => <span title={sentence}>{sentence}</span>,
  },
];
