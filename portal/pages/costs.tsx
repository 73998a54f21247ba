// What a workspace costs in a period: what jobs used, by whom or where, and what the nodes of its clusters were there for. The address holds the
// period and the grouping.
import { Fragment } from "react";
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
import { t } from "../texts/texts.ts";

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
        <h1>{t.costs.title}</h1>
      </div>
      <Choice view={view} set={set} />
      <DataState query={costs} what={t.things.costs}>
        {(report) => <Report place={place} report={report} />}
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[costLine(place, location.origin, view, now)]}
      />
    </>
  );
}

function Choice(props: { view: CostView; set: (changes: Readonly<Record<string, string>>) => void }) {
  const { view, set } = props;
  return (
    <div className="filters">
      <div role="group" aria-label={t.costs.period} className="segments">
        {periods.map((period) => (
          <button
            key={period}
            type="button"
            aria-pressed={view.period === period}
            onClick={() => set({ period, from: "", to: "" })}
          >
            {t.costs.periods[period]}
          </button>
        ))}
      </div>
      {(["from", "to"] as const).map((edge) => (
        <label key={edge} className="cost-day">
          {t.costs[edge]}
          <input
            type="date"
            value={view[edge]}
            onChange={({ target }) => set({ [edge]: target.value, period: "" })}
          />
        </label>
      ))}
      <div role="group" aria-label={t.costs.grouping} className="segments">
        {groupings.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={view.groupBy === each}
            onClick={() => set({ by: each })}
          >
            {t.costParts.groupings[each]}
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
      <Empty title={t.costs.nothing}>
        <p>{t.costs.nothingSays}</p>
        <CommandStrip label={t.costs.jobs} lines={[{ batchai: "batchai run -- python train.py" }]} />
      </Empty>
    );
  return (
    <>
      <CostTotals report={report} />
      {value.length > 0 && (
        <section className="cost-section" aria-labelledby="cost-jobs">
          <h2 id="cost-jobs">{t.costs.jobs}</h2>
          <CostTable place={place} report={report} />
        </section>
      )}
      <section className="cost-section" aria-labelledby="cost-nodes">
        <h2 id="cost-nodes">{t.costs.nodes}</h2>
        <NodeCostTable place={place} nodes={nodes} />
      </section>
      {interruptions.length > 0 && (
        <section className="cost-section" aria-labelledby="cost-interruptions">
          <h2 id="cost-interruptions">{t.costs.interruptions}</h2>
          <InterruptionTable found={interruptions} />
        </section>
      )}
      <ul className="plain-list muted cost-notes">
        <li>
          <Prices report={report} />
        </li>
        <li>{t.costs.deleted}</li>
        {total.attemptsNotCounted > 0 && <li>{t.costs.notCounted(total.attemptsNotCounted)}</li>}
        {nodes.since !== undefined && <li>{t.costs.knownSince(<AbsoluteTime value={nodes.since} />)}</li>}
      </ul>
    </>
  );
}

/** Whose prices these are, and of which day: old ones are worth to know as such. */
function Prices({ report }: { report: CostReportResponse }) {
  const region = <span translate="no">{report.location}</span>;
  if (report.prices.length === 0) return t.costs.noPrices(region, <span translate="no">BATCHAI_PRICES</span>);
  const sources = new Map(report.prices.map((price) => [`${price.collectedOn} ${price.source}`, price]));
  const told = [...sources].map(([key, { collectedOn, source }], index) => (
    <Fragment key={key}>
      {index > 0 && ", "}
      {t.costs.source(collectedOn, <span translate="no">{source}</span>)}
    </Fragment>
  ));
  return t.costs.pricesOf(region, told);
}
