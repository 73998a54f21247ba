// A sweep: how far it is, its best trial, and all of its trials as charts, as a table and as decisions. What is brushed in one holds in all.
import { lazy, Suspense, useEffect } from "react";
import { Link, useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { useSweep } from "../api/sweep-queries.ts";
import { CommandStrip, CopyButton } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { FailureList } from "../components/failure-list.tsx";
import { StateMark } from "../components/state.tsx";
import { SweepActions } from "../components/sweep-actions.tsx";
import { SweepFacts } from "../components/sweep-facts.tsx";
import { Tabs } from "../components/tabs.tsx";
import { pages, sweepPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { sweepLines } from "../lib/sweep-lines.ts";
import { sweepRow } from "../lib/sweeps.ts";
import { trialQuery } from "../lib/trials.ts";
import { trialViewOf } from "../lib/trial-view.ts";
import { t } from "../texts/texts.ts";

const scripts = {
  overview: () => import("../components/sweep-overview.tsx"),
  trials: () => import("../components/sweep-trials.tsx"),
  curves: () => import("../components/sweep-curves.tsx"),
  decisions: () => import("../components/sweep-decisions.tsx"),
  spec: undefined,
} as const;
const Overview = lazy(scripts.overview);
const Trials = lazy(scripts.trials);
const Curves = lazy(scripts.curves);
const Decisions = lazy(scripts.decisions);

const tabs = ["overview", "trials", "curves", "decisions", "spec"] as const;
type Tab = (typeof tabs)[number];

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly name: string;
}

export default function Sweep({ place, experiment, name }: Props) {
  const sweep = useSweep(place, experiment, name);
  const [query, setQuery] = useSearchParams();
  const tab = tabs.find((each) => each === query.get("tab")) ?? "overview";
  // Its script comes while the sweep is still being read; where it fails, the tab says so.
  useEffect(() => void scripts[tab]?.().catch(() => undefined), [tab]);
  const open = (chosen: Tab) =>
    setQuery((before) => withMembers(before, { tab: chosen === "overview" ? "" : chosen }), {
      replace: true,
    });
  const shared = { place, experiment, path: sweepPath(place, experiment, name) };
  return (
    <>
      {sweep.data === undefined && <h1 translate="no">{name}</h1>}
      <DataState query={sweep} what={t.things.sweep(name)}>
        {(found) => (
          <>
            <Head place={place} experiment={experiment} sweep={found} />
            <SweepFacts place={place} experiment={experiment} sweep={found} />
            <Tabs label={t.sweep.tabsLabel} tabs={tabs} tab={tab} onOpen={open} />
            <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="card">
              <Suspense fallback={<p className="loading">{t.shell.openingTab}</p>}>
                {tab === "overview" && <Overview {...shared} sweep={found} />}
                {tab === "trials" && <Trials {...shared} sweep={found} />}
                {tab === "curves" && <Curves {...shared} sweep={found} />}
                {tab === "decisions" && <Decisions {...shared} sweep={found} />}
                {tab === "spec" && <Spec sweep={found} />}
              </Suspense>
            </div>
          </>
        )}
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={linesOf(tab, { place, experiment, name }, query)}
      />
    </>
  );
}

function linesOf(tab: Tab, { place, experiment, name }: Props, query: URLSearchParams) {
  const lines = sweepLines(place, location.origin, experiment);
  if (tab === "trials" || tab === "curves") return [lines.trials(name, trialQuery(trialViewOf(query)))];
  if (tab === "decisions") return [lines.decisions(name)];
  return tab === "spec" ? [lines.sweep(name)] : [lines.sweep(name), lines.best(name)];
}

function Head({ place, experiment, sweep }: { place: Place; experiment: string; sweep: SweepResponse }) {
  const row = sweepRow(sweep);
  return (
    <>
      <nav aria-label={t.common.whereThisIs} className="trail">
        <Link href={pages.sweeps(place)}>{t.sweep.sweeps}</Link> /{" "}
        <Link href={`${pages.sweeps(place)}?experiment=${encodeURIComponent(experiment)}`} translate="no">
          {experiment}
        </Link>
      </nav>
      <div className="page-head">
        <h1>
          <span translate="no">{row.name}</span> <StateMark state={row.isDeleting ? "deleting" : row.state} />
        </h1>
        <SweepActions place={place} experiment={experiment} sweep={sweep} />
      </div>
      <FailureList errors={sweep.properties.errors} />
    </>
  );
}

function Spec({ sweep }: { sweep: SweepResponse }) {
  const text = JSON.stringify(sweep, undefined, 2);
  return (
    <>
      <p>
        <CopyButton text={text} what={t.common.json} />
      </p>
      <pre role="group" className="code" tabIndex={0} aria-label={t.sweep.asJson}>
        {text}
      </pre>
    </>
  );
}
