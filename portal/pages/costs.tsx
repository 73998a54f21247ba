// What a workspace costs in a period: what jobs used, by whom or where, and what the nodes of its clusters were there for. The address holds the
// period and the grouping.
import { useSearchParams } from "wouter";
import type { CostReportResponse } from "../../domain/usage/wire.ts";
import { useCosts } from "../api/cost-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { CostTable, CostTotals, InterruptionTable, NodeCostTable } from "../components/cost-parts.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { AbsoluteTime, useNow } from "../components/state.tsx";
import { costLine, groupings, periods, viewOf } from "../lib/costs.ts";
import type { CostView } from "../lib/costs.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";

const words = {
  title: "Cost",
  what: "the costs",
  period: "Period",
  periods: { "1d": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", all: "All" },
  from: "From",
  to: "To, this day too",
  grouping: "By",
  groupings: { experiment: "Experiment", cluster: "Cluster", user: "User", job: "Job" },
  jobs: "What jobs used",
  nodes: "What nodes were there for",
  interruptions: "What interruptions took",
  nothing: "Nothing was used in this period",
  nothingSays: "No job had nodes, and no cluster had any. Choose a longer period, or run a job:",
  deleted: "Jobs that were deleted are not counted; the nodes that they had are.",
  notCounted: "attempts are in no hours: nobody saw their start, or they are no longer kept.",
  prices: "Prices of",
  day: "of",
  none: "No price of these machines is known in",
  give: "an operator can give some in BATCHAI_PRICES.",
  known: "The nodes of every cluster are known since",
  same: "The same by command line",
} as const;

export default function Costs({ place }: { place: Place }) {
  const [query, setQuery] = useSearchParams();
  const view = viewOf(query);
  const costs = useCosts(place, view);
  const now = useNow();
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Choice view={view} set={set} />
      <DataState query={costs} what={words.what}>
        {(report) => <Report place={place} report={report} />}
      </DataState>
      <CommandStrip label={words.same} lines={[costLine(place, location.origin, view, now)]} />
    </>
  );
}

function Choice(props: { view: CostView; set: (changes: Readonly<Record<string, string>>) => void }) {
  const { view, set } = props;
  return (
    <div className="filters">
      <div role="group" aria-label={words.period} className="segments">
        {periods.map((period) => (
          <button
            key={period}
            type="button"
            aria-pressed={view.period === period}
            onClick={() => set({ period, from: "", to: "" })}
          >
            {words.periods[period]}
          </button>
        ))}
      </div>
      {(["from", "to"] as const).map((edge) => (
        <label key={edge} className="cost-day">
          {words[edge]}
          <input
            type="date"
            value={view[edge]}
            onChange={({ target }) => set({ [edge]: target.value, period: "" })}
          />
        </label>
      ))}
      <div role="group" aria-label={words.grouping} className="segments">
        {groupings.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={view.groupBy === each}
            onClick={() => set({ by: each })}
          >
            {words.groupings[each]}
          </button>
        ))}
      </div>
    </div>
  );
}

function Report({ place, report }: { place: Place; report: CostReportResponse }) {
  const { value, nodes, interruptions, total } = report;
  if (value.length === 0 && nodes.total.nodeHours === 0)
    return (
      <Empty title={words.nothing}>
        <p>{words.nothingSays}</p>
        <CommandStrip label={words.jobs} lines={[{ batchai: "batchai run -- python train.py" }]} />
      </Empty>
    );
  return (
    <>
      <CostTotals report={report} />
      {value.length > 0 && (
        <section className="cost-section" aria-labelledby="cost-jobs">
          <h2 id="cost-jobs">{words.jobs}</h2>
          <CostTable place={place} report={report} />
        </section>
      )}
      <section className="cost-section" aria-labelledby="cost-nodes">
        <h2 id="cost-nodes">{words.nodes}</h2>
        <NodeCostTable place={place} nodes={nodes} />
      </section>
      {interruptions.length > 0 && (
        <section className="cost-section" aria-labelledby="cost-interruptions">
          <h2 id="cost-interruptions">{words.interruptions}</h2>
          <InterruptionTable found={interruptions} />
        </section>
      )}
      <ul className="plain-list muted cost-notes">
        <li>{pricesText(report)}</li>
        <li>{words.deleted}</li>
        {total.attemptsNotCounted > 0 && (
          <li>
            {total.attemptsNotCounted.toLocaleString()} {words.notCounted}
          </li>
        )}
        {nodes.since !== undefined && (
          <li>
            {words.known} <AbsoluteTime value={nodes.since} />
          </li>
        )}
      </ul>
    </>
  );
}

/** Whose prices these are, and of which day: old ones are worth to know as such. */
function pricesText({ prices, location: region }: CostReportResponse): string {
  if (prices.length === 0) return `${words.none} ${region}; ${words.give}`;
  const sources = new Set(prices.map(({ collectedOn, source }) => `${words.day} ${collectedOn} (${source})`));
  return `${words.prices} ${region} ${[...sources].join(", ")}`;
}
