// Parallel coordinates: one line for each trial, an axis for each parameter and for the result. A part of an axis is chosen with the pointer or by
// its fields below; tables and curves follow.
import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { brushedRows, labelOn, placeOn, valueOn } from "../lib/parallel.ts";
import type { Axis, Brush, Brushes } from "../lib/parallel.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { BrushFields } from "./brush-fields.tsx";
import { coloursAt, useThemeKey } from "./chart-colours.ts";
import { axisX, drawLines, endPx } from "./parallel-canvas.ts";

interface Props {
  readonly axes: readonly Axis[];
  readonly rows: readonly number[];
  readonly isSmallBest: boolean;
  readonly brushes: Brushes;
  readonly onBrush: (brushes: Brushes) => void;
}

const heightPx = 300;
/** While a brush moves, so many lines stand for all. */
const sampled = 800;
const leastDrag = 0.015;

export function ParallelCoordinates({ axes, rows, isSmallBest, brushes, onBrush }: Props) {
  const [moving, move] = useState<Brushes>();
  const shown = moving ?? brushes;
  const drawn = useMemo(() => (moving === undefined ? rows : sample(rows)), [rows, moving === undefined]);
  const strong = useMemo(() => brushedRows(axes, shown, drawn), [axes, shown, drawn]);
  const canvas = useLines({ axes, drawn, strong, isSmallBest });
  const chosen = moving === undefined ? strong.length : brushedRows(axes, shown, rows).length;
  const result = axes.at(-1);
  const change = (axis: Axis, brush: Brush | undefined) => {
    const { [axis.name]: _, ...others } = brushes;
    onBrush(brush === undefined ? others : { ...others, [axis.name]: brush });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || Object.keys(brushes).length === 0) return;
    event.preventDefault();
    onBrush({});
  };
  const trials = t.counts.trials(rows.length);
  const summary = t.sweepOverview.summary(trials, formats.list(axes.map(({ title }) => title)));
  return (
    <figure className="parallel" onKeyDown={onKeyDown}>
      <div
        className="parallel-scroll"
        tabIndex={0}
        role="group"
        aria-roledescription={t.common.chart.role}
        aria-label={summary}
      >
        <div className="parallel-frame" style={{ minWidth: axes.length * 92, height: heightPx }}>
          <canvas ref={canvas} aria-hidden="true" />
          {axes.map((axis, index) => (
            <AxisView
              key={axis.name}
              axis={axis}
              left={axisLeft(index, axes.length)}
              brush={shown[axis.name]}
              onMove={(brush) => move({ ...brushes, [axis.name]: brush })}
              onDone={(brush) => {
                move(undefined);
                change(axis, brush);
              }}
            />
          ))}
        </div>
      </div>
      <p role="status">
        {Object.keys(shown).length === 0
          ? t.sweepOverview.draw(trials)
          : t.sweepOverview.chosen(chosen, trials)}{" "}
        {Object.keys(brushes).length > 0 && (
          <button type="button" className="link" onClick={() => onBrush({})}>
            {t.sweepOverview.chooseAll}
          </button>
        )}
      </p>
      {result?.isClipped === true && <p className="muted">{t.sweepOverview.clipped}</p>}
      <BrushFields axes={axes} brushes={brushes} onChange={change} />
    </figure>
  );
}

const sample = (rows: readonly number[]) => {
  const step = Math.max(1, Math.ceil(rows.length / sampled));
  return rows.filter((_, index) => index % step === 0);
};

const axisLeft = (index: number, count: number) => (width: number) => axisX(index, count, width);

interface Lines {
  readonly axes: readonly Axis[];
  readonly drawn: readonly number[];
  readonly strong: readonly number[];
  readonly isSmallBest: boolean;
}

function useLines({ axes, drawn, strong, isSmallBest }: Lines) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeKey();
  const [width, measure] = useState(0);
  useEffect(() => {
    const place = canvas.current;
    if (place === null) return;
    const observer = new ResizeObserver(() => measure(place.clientWidth));
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const place = canvas.current;
    const frame = place?.parentElement;
    if (place === null || frame === null || frame === undefined || width === 0) return;
    const colours = coloursAt(frame);
    const results = axes.at(-1)?.places;
    const merit = (row: number) => {
      const at = results?.[row] ?? Number.NaN;
      return Number.isNaN(at) ? 0 : isSmallBest ? 1 - at : at;
    };
    const faint = strong.length === drawn.length ? [] : drawn;
    return drawLines(place, {
      axes,
      faint,
      strong,
      merit,
      colour: colours.series[0] ?? colours.text,
      faintColour: colours.line,
    });
  }, [axes, drawn, strong, isSmallBest, theme, width]);
  return canvas;
}

interface AxisProps {
  readonly axis: Axis;
  readonly left: (width: number) => number;
  readonly brush: Brush | undefined;
  readonly onMove: (brush: Brush) => void;
  readonly onDone: (brush: Brush | undefined) => void;
}

function AxisView({ axis, left, brush, onMove, onDone }: AxisProps) {
  const strip = useRef<HTMLDivElement>(null);
  const [start, begin] = useState<number>();
  const placeAt = (event: PointerEvent) => {
    const box = strip.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top - endPx) / (box.height - 2 * endPx)));
  };
  const brushTo = (place: number): Brush => {
    const [from, to] = [Math.min(start ?? place, place), Math.max(start ?? place, place)];
    return [valueOn(axis, from), valueOn(axis, to)];
  };
  const finish = (event: PointerEvent) => {
    if (start === undefined) return;
    const place = placeAt(event);
    begin(undefined);
    onDone(Math.abs(place - start) < leastDrag ? undefined : brushTo(place));
  };
  return (
    <div
      ref={strip}
      className="axis"
      style={{ left: `calc(${fraction(left) * 100}% + ${offset(left)}px)` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begin(placeAt(event));
      }}
      onPointerMove={(event) => {
        if (start !== undefined) onMove(brushTo(placeAt(event)));
      }}
      onPointerUp={finish}
    >
      <i aria-hidden="true" className="axis-line" />
      {brush !== undefined && <BrushBox axis={axis} brush={brush} />}
      <strong className="axis-title" translate="no">
        {axis.title}
      </strong>
      <AxisLabels axis={axis} />
    </div>
  );
}

/** An axis is at a part of the width and so many pixels beside it: read off two widths. */
const fraction = (left: (width: number) => number) => (left(2000) - left(1000)) / 1000;
const offset = (left: (width: number) => number) => left(1000) - fraction(left) * 1000;

function BrushBox({ axis, brush }: { axis: Axis; brush: Brush }) {
  const [from, to] = [placeOn(axis, brush[0]), placeOn(axis, brush[1])];
  const inner = heightPx - 2 * endPx;
  const top = endPx + (1 - Math.max(from, to)) * inner;
  return (
    <i
      aria-hidden="true"
      className="axis-brush"
      style={{ top, height: Math.max(6, Math.abs(to - from) * inner) }}
    />
  );
}

const mostLabels = 9;

function AxisLabels({ axis }: { axis: Axis }) {
  const inner = heightPx - 2 * endPx;
  const values =
    axis.kind === "choice" && axis.choices.length <= mostLabels
      ? axis.choices.map((_, index) => index)
      : [axis.low, valueOn(axis, 0.5), axis.high];
  return values.map((value, index) => (
    <span
      key={index}
      className="axis-label"
      translate="no"
      style={{ top: endPx + (1 - placeOn(axis, value)) * inner }}
    >
      {labelOn(axis, value)}
      {axis.isClipped && index === values.length - 1 ? " +" : ""}
    </span>
  ));
}
