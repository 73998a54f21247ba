// The figures and the table of docs/how-to/sweeps.md, drawn from the trials of a real run (docs/how-to/images/digits-sweep.json).

export interface PlottedTrial {
  readonly trial: number;
  readonly state: string;
  readonly value: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** Epoch and accuracy. */
  readonly curve: readonly (readonly [number, number])[];
}

const size = { width: 720, height: 340, left: 52, right: 40, top: 28, bottom: 40 };
const [inside, below] = [size.width - size.left - size.right, size.height - size.top - size.bottom];
const colours: Readonly<Record<string, string>> = { succeeded: "#0969da", stopped: "#afb8c1" };

const text = (x: number, y: number, words: string, anchor = "middle") =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${words}</text>`;
const round = (value: number) => String(Number(value.toFixed(1)));
const line = (points: readonly (readonly [number, number])[], colour: string, width: number) =>
  `<polyline fill="none" stroke="${colour}" stroke-width="${width}" points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")}"/>`;

function drawing(title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" fill="#57606a">`,
    `<title>${title}</title>`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    text(size.width / 2, 18, title),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** Trials that went to their end over those that were stopped. */
const inOrder = (trials: readonly PlottedTrial[]) =>
  trials.toSorted((a, b) => Number(a.state === "succeeded") - Number(b.state === "succeeded"));
const strokeOf = ({ state }: PlottedTrial) => colours[state] ?? "#cf222e";
const best = (trials: readonly PlottedTrial[]) =>
  trials.reduce((found, trial) => (trial.value > found.value ? trial : found));

export function learningCurves(trials: readonly PlottedTrial[]): string {
  const last = Math.max(...trials.flatMap(({ curve }) => curve.map(([epoch]) => epoch)));
  const x = (epoch: number) => size.left + ((epoch - 1) / (last - 1)) * inside;
  const y = (accuracy: number) => size.top + (1 - accuracy) * below;
  const leader = best(trials);
  const curves = inOrder(trials).map((trial) => {
    const points = trial.curve.map(([epoch, accuracy]) => [x(epoch), y(accuracy)] as const);
    const end = points.at(-1) ?? [0, 0];
    const dot = `<circle cx="${round(end[0])}" cy="${round(end[1])}" r="2.5" fill="${strokeOf(trial)}"/>`;
    return `${line(points, strokeOf(trial), trial === leader ? 3 : 1.3)}${dot}`;
  });
  return drawing("Accuracy by epoch: blue went on, grey was stopped by ASHA, thick is the best", [
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((accuracy) => [
      line(
        [
          [size.left, y(accuracy)],
          [size.left + inside, y(accuracy)],
        ],
        "#eaeef2",
        1,
      ),
      text(size.left - 8, y(accuracy) + 4, String(accuracy), "end"),
    ]),
    ...Array.from({ length: last }, (_, at) => text(x(at + 1), size.height - 18, String(at + 1))),
    ...curves,
  ]);
}

export function parallelCoordinates(trials: readonly PlottedTrial[]): string {
  const axes = [
    { name: "RATE (log)", of: ({ parameters }: PlottedTrial) => Math.log10(parameters["RATE"] ?? 1) },
    { name: "WIDTH", of: ({ parameters }: PlottedTrial) => Math.log2(parameters["WIDTH"] ?? 1) },
    { name: "BATCH", of: ({ parameters }: PlottedTrial) => Math.log2(parameters["BATCH"] ?? 1) },
    { name: "accuracy", of: ({ value }: PlottedTrial) => value },
  ].map((axis, at, all) => {
    const values = trials.map(axis.of);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const y = (trial: PlottedTrial) =>
      size.top + 20 + (1 - (axis.of(trial) - low) / (high - low)) * (below - 20);
    return { ...axis, low, high, y, x: size.left + (at / (all.length - 1)) * inside };
  });
  const ends = ["0.001 … 3", "8 … 32", "10 … 200", ""];
  const leader = best(trials);
  return drawing("Parameters and accuracy of each trial: blue went on, grey was stopped, thick is the best", [
    ...axes.flatMap(({ name, x }, at) => [
      line(
        [
          [x, size.top + 20],
          [x, size.top + below],
        ],
        "#8c959f",
        1,
      ),
      text(x, size.height - 20, name),
      text(x, size.height - 6, ends[at] ?? ""),
    ]),
    ...inOrder(trials).map((trial) =>
      line(
        axes.map(({ x, y }) => [x, y(trial)] as const),
        strokeOf(trial),
        trial === leader ? 3 : 1.2,
      ),
    ),
  ]);
}

/** The best first. */
export function trialTable(trials: readonly PlottedTrial[]): string {
  const rows = trials
    .toSorted((a, b) => b.value - a.value || a.trial - b.trial)
    .map(({ trial, state, value, parameters, curve }) => [
      String(trial),
      state,
      value.toFixed(3),
      Number(parameters["RATE"]).toPrecision(3),
      String(parameters["WIDTH"]),
      String(parameters["BATCH"]),
      String(curve.at(-1)?.[0] ?? 0),
    ]);
  const titles = ["trial", "state", "accuracy", "RATE", "WIDTH", "BATCH", "epochs"];
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const shown = [titles, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return shown.join("\n");
}
