// The one chart of lines: drawn by uPlot, read by keys, and there as a table, too.
import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import Plot from "uplot";
import { chartSummary, columnsOf, gapsIn, numberText } from "../lib/chart-data.ts";
import type { Columns, Curve } from "../lib/chart-data.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { ChartTable } from "./chart-table.tsx";
import { coloursAt, dashes, seriesColours, useThemeKey } from "./chart-colours.ts";
import type { ChartColours } from "./chart-colours.ts";

interface Props {
  readonly label: string;
  /** `step` */
  readonly xLabel: string;
  readonly curves: readonly Curve[];
  readonly isLog?: boolean;
  readonly height?: number;
}

const legendMost = 20;
const readMost = 6;

export default function LineChart({ label, xLabel, curves, isLog = false, height = 220 }: Props) {
  const columns = useMemo(() => columnsOf(curves), [curves]);
  const [at, lookAt] = useState<number>();
  const { frame, plot } = usePlot(curves, columns, { isLog, height, onCursor: lookAt });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextPlace(event.key, at, columns.xs.length);
    const x = next === undefined ? undefined : columns.xs[next];
    if (x === undefined) return;
    event.preventDefault();
    lookAt(next);
    plot.current?.setCursor({ left: plot.current.valToPos(x, "x"), top: 1 }, false);
  };
  const gaps = curves.reduce((sum, curve) => sum + gapsIn(curve), 0);
  return (
    <figure className="chart">
      <div
        ref={frame}
        className="chart-frame"
        role="group"
        aria-roledescription={t.common.chart.role}
        aria-label={chartSummary(label, xLabel, curves)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        style={{ height }}
      />
      <p className="chart-reading" role="status">
        {at === undefined ? "" : readingAt(at, xLabel, curves, columns)}
      </p>
      {curves.length > 1 && <Legend curves={curves} />}
      {gaps > 0 && <p className="muted">{t.common.chart.gaps(gaps)}</p>}
      <ChartTable label={label} xLabel={xLabel} curves={curves} columns={columns} />
    </figure>
  );
}

function nextPlace(key: string, at: number | undefined, count: number): number | undefined {
  if (count === 0) return undefined;
  const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[key];
  if (step !== undefined) return Math.max(0, Math.min(count - 1, (at ?? (step > 0 ? -1 : count)) + step));
  return key === "Home" ? 0 : key === "End" ? count - 1 : undefined;
}

function readingAt(at: number, xLabel: string, curves: readonly Curve[], { xs, ys }: Columns): string {
  const values = curves.flatMap(({ name }, index) => {
    const value = ys[index]?.[at];
    return value === undefined ? [] : [`${name} ${numberText(value)}`];
  });
  const more = values.length > readMost ? t.common.chart.andMore(values.length - readMost) : "";
  const read = formats.list(values.slice(0, readMost)) + more;
  return t.common.chart.reading(xLabel, numberText(xs[at]), read);
}

function Legend({ curves }: { curves: readonly Curve[] }) {
  return (
    <ul className="chart-legend">
      {curves.slice(0, legendMost).map(({ name, shape }, index) => (
        <li key={name}>
          <i
            aria-hidden="true"
            className={shape === "dots" ? "swatch-dots" : `swatch-${index % dashes.length}`}
            style={{ color: `var(--series-${(index % seriesColours) + 1})` }}
          />
          <span translate="no">{name}</span>
        </li>
      ))}
    </ul>
  );
}

interface PlotOptions {
  readonly isLog: boolean;
  readonly height: number;
  /** The pointer is at the value of that place; undefined: it left. */
  readonly onCursor: (place: number | undefined) => void;
}

function usePlot(curves: readonly Curve[], { xs, ys }: Columns, { isLog, height, onCursor }: PlotOptions) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(null);
  const theme = useThemeKey();
  const data = useMemo(
    () =>
      [
        [...xs],
        ...ys.map((column) =>
          // A logarithm has no place for what is not above zero.
          isLog ? column.map((y) => (typeof y === "number" && y <= 0 ? null : y)) : [...column],
        ),
      ] as unknown as Plot.AlignedData,
    [xs, ys, isLog],
  );
  const latest = useRef(data);
  latest.current = data;
  const kinds = curves.map(({ name, shape }) => `${shape ?? "line"} ${name}`).join("\n");
  useEffect(() => {
    const place = frame.current;
    if (place === null) return;
    const size = () => ({ width: Math.max(80, place.clientWidth), height });
    const made = new Plot(
      { ...size(), ...optionsFor(curves, isLog, coloursAt(place)) },
      latest.current,
      place,
    );
    plot.current = made;
    (made.hooks.setCursor ??= []).push((drawn) => onCursor(drawn.cursor.idx ?? undefined));
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(place);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // `kinds` stands for the curves: their values come by setData.
  }, [kinds, isLog, height, theme]);
  useEffect(() => {
    // What it was made with, it has drawn.
    if (plot.current?.data !== data) plot.current?.setData(data);
  }, [data]);
  return { frame, plot };
}

function optionsFor(curves: readonly Curve[], isLog: boolean, colours: ChartColours) {
  const axis = {
    stroke: colours.text,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
    font: "12px system-ui, sans-serif",
  };
  const values = (_plot: Plot, splits: readonly (number | null)[]) =>
    splits.map((value) => (value === null ? null : numberText(value)));
  return {
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, y: false },
    scales: { x: { time: false }, y: isLog ? { distr: 3 as const } : {} },
    axes: [
      { ...axis, values },
      { ...axis, values, size: 66 },
    ],
    series: [{}, ...curves.map((curve, index) => seriesFor(curve, index, colours))],
  };
}

/** More dots than that are small squares, painted one by one: as many circles are one path, which a browser paints in one piece. */
const mostRound = 2_000;
const squarePx = 3;

function drawSquares(colour: string) {
  return (plot: Plot, series: number): boolean => {
    const [xs, ys] = [plot.data[0], plot.data[series] ?? []];
    const size = squarePx * window.devicePixelRatio;
    const { left, top, width, height } = plot.bbox;
    plot.ctx.fillStyle = colour;
    for (const [index, y] of ys.entries()) {
      const x = xs[index];
      if (x === undefined || typeof y !== "number") continue;
      const [atX, atY] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
      if (atX < left || atX > left + width || atY < top || atY > top + height) continue;
      plot.ctx.fillRect(atX - size / 2, atY - size / 2, size, size);
    }
    // uPlot has nothing left to draw.
    return false;
  };
}

function seriesFor({ name, shape, points }: Curve, index: number, colours: ChartColours): Plot.Series {
  const stroke = colours.series[index % seriesColours] ?? colours.text;
  const shared = { label: name, stroke, spanGaps: false };
  if (shape === "dots" && points.length > mostRound)
    return { ...shared, paths: () => null, points: { show: drawSquares(stroke) } };
  if (shape === "dots")
    return { ...shared, paths: () => null, points: { show: true, size: 7, fill: stroke, stroke } };
  const steps = shape === "steps" ? Plot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    ...shared,
    width: shape === "steps" ? 2.5 : 1.75,
    dash: [...(dashes[index % dashes.length] ?? [])],
    points: { show: points.length < 2, fill: stroke },
    ...(steps === undefined ? {} : { paths: steps }),
  };
}
