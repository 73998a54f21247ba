// What is on the page of costs: the totals, and tables whose rows are bars.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { CostReportResponse } from "../../domain/usage/wire.ts";
import { hoursText, moneyText, shareText } from "../lib/costs.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";

const words = {
  totals: "Totals",
  paid: "Nodes, paid for",
  used: "Used by jobs",
  idle: "Idle",
  lost: "Lost to interruptions, at most",
  noPrice: "no price known",
  hours: "node-hours",
  hoursTitle: "Node-hours",
  of: "of the nodes' hours",
  name: "Name",
  jobs: "Jobs",
  share: "Share",
  cost: "Cost",
  interrupted: "Interrupted",
  inVain: "In vain at most",
  others: "others",
  kind: { experiment: "Experiment", cluster: "Cluster", user: "User", job: "Job" },
  legend: { used: "used", lost: "in vain at most" },
  nodes: {
    busy: "busy",
    idle: "idle",
    preparing: "preparing",
    other: "unusable or leaving",
    gone: "gone",
    idleNow: "Idle now",
    size: "Size",
    idleCost: "Idle cost",
    what: "What nodes did",
  },
  cause: "Why",
  attempts: "Attempts",
  causes: {
    preempted: "preempted: the nodes were taken away",
    rehearsed: "an eviction was rehearsed",
    moved: "moved to other nodes by the job's spot policy",
    nodeFault: "a node failed",
    filesLost: "files of the job were lost",
    resized: "the cluster shrank",
  },
} as const;

type Report = CostReportResponse;

export function CostTotals({ report: { total, nodes } }: { report: Report }) {
  const paid = nodes.total;
  return (
    <ul className="counts" aria-label={words.totals}>
      <Total title={words.paid} amounts={paid.amounts} hours={paid.nodeHours} />
      <Total title={words.used} amounts={total.amounts} hours={total.nodeHours} />
      <Total title={words.idle} amounts={paid.idleAmounts} hours={paid.idleNodeHours}>
        {`, ${shareText(paid.idleNodeHours, paid.nodeHours)} ${words.of}`}
      </Total>
      <Total title={words.lost} amounts={total.lostAmounts} hours={total.lostNodeHours} />
    </ul>
  );
}

function Total(props: {
  title: string;
  amounts: Report["total"]["amounts"];
  hours: number;
  children?: ReactNode;
}) {
  const { title, amounts, hours, children } = props;
  const money = moneyText(amounts);
  return (
    <li className="count cost-total">
      <span>{title}</span>
      <strong>{money === "" && hours > 0 ? words.noPrice : money || "0"}</strong>
      <span className="muted">
        {hoursText(hours)} {words.hours}
        {children}
      </span>
    </li>
  );
}

interface Part {
  readonly name: string;
  readonly kind: string;
  readonly value: number;
}

/** A bar as long as its parts are of the longest; told in words for whoever does not see it. */
function Bar({ parts, longest }: { parts: readonly Part[]; longest: number }) {
  const shown = parts.filter(({ value }) => value > 0);
  const sum = shown.reduce((total, { value }) => total + value, 0);
  return (
    <>
      <span className="cost-bar" aria-hidden="true">
        {shown.map(({ kind, value }) => (
          <i key={kind} className={`cost-${kind}`} style={{ width: `${(100 * value) / (longest || 1)}%` }} />
        ))}
      </span>
      <span className="sr-only">
        {shown.map(({ name, value }) => `${name} ${shareText(value, sum)}`).join(", ")}
      </span>
    </>
  );
}

function Legend({ kinds }: { kinds: readonly (readonly [kind: string, name: string])[] }) {
  return (
    <ul className="chart-legend" aria-hidden="true">
      {kinds.map(([kind, name]) => (
        <li key={kind}>
          <span className={`cost-swatch cost-${kind}`} /> {name}
        </li>
      ))}
    </ul>
  );
}

export function CostTable({ place, report }: { place: Place; report: Report }) {
  const { groupBy, value, others, total } = report;
  const rows =
    others === undefined ? value : [...value, { ...others, name: `${others.groups} ${words.others}` }];
  const longest = Math.max(...rows.map(({ nodeHours }) => nodeHours));
  return (
    <>
      <Legend
        kinds={[
          ["used", words.legend.used],
          ["lost", words.legend.lost],
        ]}
      />
      <div
        className="table-frame"
        tabIndex={0}
        role="region"
        aria-label={`${words.cost}, ${words.kind[groupBy]}`}
      >
        <table className="cost-table">
          <thead>
            <tr>
              <th scope="col">{words.kind[groupBy]}</th>
              <th scope="col">{words.cost}</th>
              <th scope="col">{words.hoursTitle}</th>
              <th scope="col" className="cost-chart">
                {words.share}
              </th>
              <th scope="col">{words.jobs}</th>
              <th scope="col">{words.interrupted}</th>
              <th scope="col">{words.inVain}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={row.name}>
                <th scope="row">
                  {index < value.length ? <Named place={place} by={groupBy} name={row.name} /> : row.name}
                </th>
                <td className="number">{moneyText(row.amounts) || "–"}</td>
                <td className="number">{hoursText(row.nodeHours)}</td>
                <td className="cost-chart">
                  <Bar longest={longest} parts={partsOf(row)} />
                  <span className="muted number">{shareText(row.nodeHours, total.nodeHours)}</span>
                </td>
                <td className="number">{row.jobs.toLocaleString()}</td>
                <td className="number">{hoursText(row.interruptedNodeHours)}</td>
                <td className="number">
                  {hoursText(row.lostNodeHours)}
                  {row.lostAmounts.length > 0 && row.lostNodeHours > 0 && ` (${moneyText(row.lostAmounts)})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const partsOf = ({ nodeHours, lostNodeHours }: Report["total"]): readonly Part[] => [
  { name: words.legend.used, kind: "used", value: nodeHours - lostNodeHours },
  { name: words.legend.lost, kind: "lost", value: lostNodeHours },
];

function Named({ place, by, name }: { place: Place; by: Report["groupBy"]; name: string }) {
  const [experiment = "", job] = name.split("/");
  if (by === "cluster") return <Link href={pages.cluster(place, name)}>{name}</Link>;
  if (by === "experiment") return <Link href={`${pages.jobs(place)}?experiment=${name}`}>{name}</Link>;
  if (by === "job" && job !== undefined) return <Link href={pages.job(place, experiment, job)}>{name}</Link>;
  return name;
}

export function NodeCostTable({ place, nodes }: { place: Place; nodes: Report["nodes"] }) {
  const { value, others } = nodes;
  const rows = [
    ...value.map((row) => ({ ...row, isOne: true })),
    ...(others === undefined ? [] : [{ ...others, name: `${others.groups} ${words.others}`, isOne: false }]),
  ];
  const longest = Math.max(...rows.map(({ nodeHours }) => nodeHours));
  const { busy, idle, preparing, other } = words.nodes;
  return (
    <>
      <Legend
        kinds={[
          ["used", busy],
          ["idle", idle],
          ["preparing", preparing],
          ["lost", other],
        ]}
      />
      <div className="table-frame" tabIndex={0} role="region" aria-label={words.nodes.what}>
        <table className="cost-table">
          <thead>
            <tr>
              <th scope="col">{words.kind.cluster}</th>
              <th scope="col">{words.nodes.size}</th>
              <th scope="col">{words.cost}</th>
              <th scope="col">{words.nodes.idleCost}</th>
              <th scope="col">{words.hoursTitle}</th>
              <th scope="col" className="cost-chart">
                {words.nodes.what}
              </th>
              <th scope="col">{words.nodes.idleNow}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <NodeRow key={row.name} place={place} row={row} longest={longest} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

type NodeCost = Report["nodes"]["total"] & {
  readonly name: string;
  readonly isOne: boolean;
  readonly vmSize?: string;
  readonly vmPriority?: string;
  readonly idleNodes?: number | undefined;
};

function NodeRow({ place, row, longest }: { place: Place; row: NodeCost; longest: number }) {
  const { name, isOne, vmSize, vmPriority, idleNodes } = row;
  const { busy, idle, preparing, other, gone } = words.nodes;
  const parts: readonly Part[] = [
    { name: busy, kind: "used", value: row.busyNodeHours },
    { name: idle, kind: "idle", value: row.idleNodeHours },
    { name: preparing, kind: "preparing", value: row.preparingNodeHours },
    { name: other, kind: "lost", value: row.otherNodeHours },
  ];
  const isThere = isOne && idleNodes !== undefined;
  return (
    <tr>
      <th scope="row">{isThere ? <Link href={pages.cluster(place, name)}>{name}</Link> : name}</th>
      <td>{vmSize === undefined ? "" : `${vmSize}, ${vmPriority ?? ""}`}</td>
      <td className="number">{moneyText(row.amounts) || "–"}</td>
      <td className="number">{moneyText(row.idleAmounts) || "–"}</td>
      <td className="number">{hoursText(row.nodeHours)}</td>
      <td className="cost-chart">
        <Bar longest={longest} parts={parts} />
        <span className="muted number">
          {shareText(row.idleNodeHours, row.nodeHours)} {idle}
        </span>
      </td>
      <td className="number">{isOne ? (idleNodes ?? gone) : ""}</td>
    </tr>
  );
}

export function InterruptionTable({ found }: { found: Report["interruptions"] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={words.lost}>
      <table className="cost-table">
        <thead>
          <tr>
            <th scope="col">{words.cause}</th>
            <th scope="col">{words.attempts}</th>
            <th scope="col">{words.hoursTitle}</th>
            <th scope="col">{words.inVain}</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ cause, attempts, nodeHours, lostNodeHours }) => (
            <tr key={cause}>
              <th scope="row">{words.causes[cause]}</th>
              <td className="number">{attempts.toLocaleString()}</td>
              <td className="number">{hoursText(nodeHours)}</td>
              <td className="number">{hoursText(lostNodeHours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
