// Draws the lines of parallel coordinates in slices of a few milliseconds, so that ten thousand of them hold nothing up.
import { firstLines, linesAfter } from "../lib/line-budget.ts";
import type { Axis } from "../lib/parallel.ts";

const sliceMs = 8;
const shades = 5;
/** So few lines are all seen well. */
const few = 300;
/** Room beside the outer axes, for their labels. */
export const sidePx = 56;
export const endPx = 10;

export interface Drawing {
  readonly axes: readonly Axis[];
  /** Drawn faintly, behind the others. */
  readonly faint: readonly number[];
  readonly strong: readonly number[];
  /** By row, from 0 (worst) to 1 (best): better is darker. */
  readonly merit: (row: number) => number;
  readonly colour: string;
  readonly faintColour: string;
}

/** @returns a function that ends the drawing. */
export function drawLines(canvas: HTMLCanvasElement, drawing: Drawing): () => void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return () => undefined;
  context.scale(ratio, ratio);
  const xs = drawing.axes.map((_, index) => axisX(index, drawing.axes.length, width));
  const steps = plan(drawing);
  let frame = 0;
  let at = 0;
  let most = firstLines;
  let before: number | undefined;
  const slice = (now?: number) => {
    if (now !== undefined && before !== undefined) most = linesAfter(most, now - before);
    before = now;
    const until = performance.now() + sliceMs;
    const last = Math.min(steps.length, at + most);
    while (at < last && performance.now() < until) {
      const end = Math.min(last, at + 50);
      for (; at < end; at += 1) {
        const step = steps[at];
        if (step !== undefined) drawLine(context, { xs, height, drawing, step });
      }
    }
    frame = at < steps.length ? requestAnimationFrame(slice) : 0;
  };
  slice();
  return () => cancelAnimationFrame(frame);
}

export function axisX(index: number, count: number, width: number): number {
  return count < 2 ? width / 2 : sidePx + (index / (count - 1)) * (width - 2 * sidePx);
}

interface Step {
  readonly row: number;
  /** 0: faint. */
  readonly shade: number;
}

/** The best last, on top. */
function plan({ faint, strong, merit }: Drawing): readonly Step[] {
  const drawn = strong.map((row) => ({
    row,
    shade: 1 + Math.min(shades - 1, Math.floor(merit(row) * shades)),
  }));
  drawn.sort((a, b) => a.shade - b.shade);
  return [...faint.map((row) => ({ row, shade: 0 })), ...drawn];
}

function drawLine(
  context: CanvasRenderingContext2D,
  place: {
    readonly xs: readonly number[];
    readonly height: number;
    readonly drawing: Drawing;
    readonly step: Step;
  },
): void {
  const { xs, height, drawing, step } = place;
  const { row, shade } = step;
  context.strokeStyle = shade === 0 ? drawing.faintColour : drawing.colour;
  context.globalAlpha = shade === 0 ? 0.6 : alphaOf(shade, drawing.strong.length);
  context.lineWidth = shade === shades ? 1.6 : 1;
  context.beginPath();
  let isOn = false;
  for (const [index, axis] of drawing.axes.entries()) {
    const at = axis.places[row] ?? Number.NaN;
    const x = xs[index] ?? 0;
    // What a trial does not have, its line leaves out.
    if (Number.isNaN(at)) isOn = false;
    else {
      const y = endPx + (1 - at) * (height - 2 * endPx);
      if (isOn) context.lineTo(x, y);
      else context.moveTo(x, y);
      isOn = true;
    }
  }
  context.stroke();
}

function alphaOf(shade: number, count: number): number {
  const crowd = Math.min(1, 30 / Math.sqrt(Math.max(1, count)));
  const least = count < few ? 0.3 : 0.05;
  return Math.max(least, (shade / shades) ** 1.6 * (shade === shades ? 1 : crowd));
}
