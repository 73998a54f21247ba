// A sweep's record as text: a line that says the version, and one for each trial, in blocks of two hundred lines. Of ten thousand
// trials all but a few are the same from one look to the next: their lines, and the trials in them, are kept.
import { createHash } from "node:crypto";
import { textOfNumbers } from "../../domain/metric/number.ts";
import { SweepRecord, Trial } from "../../domain/sweep/trial.ts";

const trialsPerBlock = 200;
const Version = SweepRecord.pick({ version: true });

/** What stands for a trial in storage. A trial is never changed, only replaced. */
const lines = new WeakMap<Trial, string>();

function lineOf(trial: Trial): string {
  const known = lines.get(trial);
  if (known !== undefined) return known;
  const line = textOfNumbers(trial);
  lines.set(trial, line);
  return line;
}

export interface RecordBlock {
  /** Changes with the content; all are of one length, as block blobs want them. */
  readonly id: string;
  text(): string;
}

/** @param before the blocks that are in storage: one whose trials are the same is the same. */
export function blocksOf(
  { version, trials }: SweepRecord,
  before: { readonly trials: readonly Trial[]; readonly ids: readonly string[] },
): readonly RecordBlock[] {
  const blocks: RecordBlock[] = [];
  for (let start = 0; start === 0 || start < trials.length; start += trialsPerBlock) {
    const some = trials.slice(start, start + trialsPerBlock);
    const known = before.ids[blocks.length];
    const text = () =>
      [...(start === 0 ? [JSON.stringify({ version })] : []), ...some.map(lineOf)]
        .map((line) => `${line}\n`)
        .join("");
    const ended = Math.min(before.trials.length, start + trialsPerBlock);
    const isSame =
      ended === start + some.length && some.every((trial, at) => trial === before.trials[start + at]);
    blocks.push({ id: known !== undefined && isSame ? known : idOf(blocks.length, text()), text });
  }
  return blocks;
}

function idOf(number: number, text: string): string {
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 24);
  return Buffer.from(`${String(number).padStart(6, "0")}-${hash}`).toString("base64");
}

/** @param before as this process had it last: trials whose lines are the same are the same objects. */
export function recordIn(text: string, before: readonly Trial[] = []): SweepRecord {
  const [first = "", ...rest] = text.split("\n");
  const { version } = Version.parse(JSON.parse(first));
  const trials: Trial[] = [];
  for (const [at, line] of rest.entries()) {
    if (line === "") continue;
    const known = before[at];
    trials.push(known !== undefined && lines.get(known) === line ? known : trialIn(line, before.length > 0));
  }
  return { version, trials };
}

/** @param isOneOfFew a part of a text keeps the whole of it in memory. */
function trialIn(line: string, isOneOfFew: boolean): Trial {
  const trial = Trial.parse(JSON.parse(line));
  lines.set(trial, isOneOfFew ? Buffer.from(line).toString() : line);
  return trial;
}
