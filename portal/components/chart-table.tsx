// The values of a chart as a table, for whoever cannot see it or wants to copy them. It is made when it is opened.
import { useState } from "react";
import { numberText } from "../lib/chart-data.ts";
import type { Columns, Curve } from "../lib/chart-data.ts";
import { t } from "../texts/texts.ts";
import { TableFrame } from "./table-frame.tsx";

const mostRows = 500;

interface Props {
  readonly label: string;
  readonly xLabel: string;
  readonly curves: readonly Curve[];
  readonly columns: Columns;
}

export function ChartTable({ label, xLabel, curves, columns: { xs, ys } }: Props) {
  const [isOpen, open] = useState(false);
  const from = Math.max(0, xs.length - mostRows);
  return (
    <details className="chart-table" onToggle={(event) => open(event.currentTarget.open)}>
      <summary>{t.common.chart.asTable}</summary>
      {isOpen && (
        <>
          {from > 0 && <p className="muted">{t.common.chart.lastOf(mostRows, xs.length)}</p>}
          <TableFrame label={t.common.chart.data(label)}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{xLabel}</th>
                  {curves.map(({ name }) => (
                    <th key={name} scope="col" translate="no">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {xs.slice(from).map((x, index) => (
                  <tr key={x}>
                    <th scope="row">{numberText(x)}</th>
                    {curves.map(({ name }, curve) => (
                      <td key={name}>{numberText(ys[curve]?.[from + index])}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        </>
      )}
    </details>
  );
}
