// What is on the page of costs: the totals, and tables whose rows are bars.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { CostReportResponse } from "../../domain/usage/wire.ts";
import { hoursText, moneyText, shareText } from "../lib/costs.ts";
import { formats } from "../lib/formats.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { stateText, t, wordFor } from "../texts/texts.ts";
import { TableFrame } from "./table-frame.tsx";

type Report = CostReportResponse;

export function CostTotals({ report: { total, nodes } }: { report: Report }) {
  const paid = nodes.total;
  return (
    <ul className="counts" aria-label={t.costParts.totals}>
      <Total title={t.costParts.paid} amounts={paid.amounts} hours={paid.nodeHours} />
      <Total title={t.costParts.used} amounts={total.amounts} hours={total.nodeHours} />
      <Total title={t.costParts.idle} amounts={paid.idleAmounts} hours={paid.idleNodeHours}>
        {t.costParts.shareOfNodes(shareText(paid.idleNodeHours, paid.nodeHours))}
      </Total>
      <Total title={t.costParts.lost} amounts={total.lostAmounts} hours={total.lostNodeHours} />
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
      <strong>{money === "" && hours > 0 ? t.costParts.noPrice : money || formats.number(0)}</strong>
      <span className="muted">
        {t.costParts.nodeHours(hoursText(hours))}
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
        {formats.list(shown.map(({ name, value }) => `${name} ${shareText(value, sum)}`))}
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
    others === undefined ? value : [...value, { ...others, name: t.costParts.others(others.groups) }];
  const longest = Math.max(...rows.map(({ nodeHours }) => nodeHours));
  return (
    <>
      <Legend
        kinds={[
          ["used", t.costParts.parts.used],
          ["lost", t.costParts.parts.inVain],
        ]}
      />
      <TableFrame label={t.costParts.costBy(t.costParts.groupings[groupBy])}>
        <table className="cost-table">
          <thead>
            <tr>
              <th scope="col">{t.costParts.groupings[groupBy]}</th>
              <th scope="col">{t.costParts.cost}</th>
              <th scope="col">{t.costParts.nodeHoursTitle}</th>
              <th scope="col" className="cost-chart">
                {t.costParts.share}
              </th>
              <th scope="col">{t.costParts.jobs}</th>
              <th scope="col">{t.costParts.interrupted}</th>
              <th scope="col">{t.costParts.inVain}</th>
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
                <td className="number">{formats.number(row.jobs)}</td>
                <td className="number">{hoursText(row.interruptedNodeHours)}</td>
                <td className="number">
                  {hoursText(row.lostNodeHours)}
                  {row.lostAmounts.length > 0 && row.lostNodeHours > 0 && ` (${moneyText(row.lostAmounts)})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  );
}

const partsOf = ({ nodeHours, lostNodeHours }: Report["total"]): readonly Part[] => [
  { name: t.costParts.parts.used, kind: "used", value: nodeHours - lostNodeHours },
  { name: t.costParts.parts.inVain, kind: "lost", value: lostNodeHours },
];

function Named({ place, by, name }: { place: Place; by: Report["groupBy"]; name: string }) {
  const [experiment = "", job] = name.split("/");
  if (by === "cluster")
    return (
      <Link href={pages.cluster(place, name)} translate="no">
        {name}
      </Link>
    );
  if (by === "experiment")
    return (
      <Link href={`${pages.jobs(place)}?experiment=${name}`} translate="no">
        {name}
      </Link>
    );
  if (by === "job" && job !== undefined)
    return (
      <Link href={pages.job(place, experiment, job)} translate="no">
        {name}
      </Link>
    );
  return <span translate="no">{name}</span>;
}

export function NodeCostTable({ place, nodes }: { place: Place; nodes: Report["nodes"] }) {
  const { value, others } = nodes;
  const rows = [
    ...value.map((row) => ({ ...row, isOne: true })),
    ...(others === undefined ? [] : [{ ...others, name: t.costParts.others(others.groups), isOne: false }]),
  ];
  const longest = Math.max(...rows.map(({ nodeHours }) => nodeHours));
  const { busy, other } = t.costParts.parts;
  return (
    <>
      <Legend
        kinds={[
          ["used", busy],
          ["idle", stateText("idle")],
          ["preparing", stateText("preparing")],
          ["lost", other],
        ]}
      />
      <TableFrame label={t.costParts.whatNodesDid}>
        <table className="cost-table">
          <thead>
            <tr>
              <th scope="col">{t.costParts.groupings.cluster}</th>
              <th scope="col">{t.costParts.size}</th>
              <th scope="col">{t.costParts.cost}</th>
              <th scope="col">{t.costParts.idleCost}</th>
              <th scope="col">{t.costParts.nodeHoursTitle}</th>
              <th scope="col" className="cost-chart">
                {t.costParts.whatNodesDid}
              </th>
              <th scope="col">{t.costParts.idleNow}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <NodeRow key={row.name} place={place} row={row} longest={longest} />
            ))}
          </tbody>
        </table>
      </TableFrame>
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
  const { busy, other } = t.costParts.parts;
  const parts: readonly Part[] = [
    { name: busy, kind: "used", value: row.busyNodeHours },
    { name: stateText("idle"), kind: "idle", value: row.idleNodeHours },
    { name: stateText("preparing"), kind: "preparing", value: row.preparingNodeHours },
    { name: other, kind: "lost", value: row.otherNodeHours },
  ];
  const isThere = isOne && idleNodes !== undefined;
  return (
    <tr>
      <th scope="row">
        {isThere ? (
          <Named place={place} by="cluster" name={name} />
        ) : (
          <span translate={isOne ? "no" : undefined}>{name}</span>
        )}
      </th>
      <td>
        {vmSize !== undefined && (
          <>
            <span translate="no">{vmSize}</span>, {wordFor(vmPriority ?? "", t.clusters.vmPriorities)}
          </>
        )}
      </td>
      <td className="number">{moneyText(row.amounts) || "–"}</td>
      <td className="number">{moneyText(row.idleAmounts) || "–"}</td>
      <td className="number">{hoursText(row.nodeHours)}</td>
      <td className="cost-chart">
        <Bar longest={longest} parts={parts} />
        <span className="muted number">
          {t.costParts.idleShare(shareText(row.idleNodeHours, row.nodeHours))}
        </span>
      </td>
      <td className="number">
        {!isOne ? "" : idleNodes === undefined ? stateText("gone") : formats.number(idleNodes)}
      </td>
    </tr>
  );
}

export function InterruptionTable({ found }: { found: Report["interruptions"] }) {
  return (
    <TableFrame label={t.costParts.lost}>
      <table className="cost-table">
        <thead>
          <tr>
            <th scope="col">{t.costParts.cause}</th>
            <th scope="col">{t.costParts.attempts}</th>
            <th scope="col">{t.costParts.nodeHoursTitle}</th>
            <th scope="col">{t.costParts.inVain}</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ cause, attempts, nodeHours, lostNodeHours }) => (
            <tr key={cause}>
              <th scope="row">{t.costParts.causes[cause]}</th>
              <td className="number">{formats.number(attempts)}</td>
              <td className="number">{hoursText(nodeHours)}</td>
              <td className="number">{hoursText(lostNodeHours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
