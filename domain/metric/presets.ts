// What common trainers print of their metrics, for scripts that report nowhere: every metric of a line, under the trainer's own names.
import { parseReported } from "./reported-number.ts";
import type { Report } from "./reports.ts";

export const presetNames = ["huggingFace", "keras", "lightgbm", "xgboost"] as const;
export type PresetName = (typeof presetNames)[number];

/** Longer lines are data; a progress bar's are as long as a training. */
const longestLine = 4096;
const numeral = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|[-+]?inf|nan`;
// eslint-disable-next-line no-control-regex -- colours, and backspaces of progress bars
const decoration = /\u001b\[[0-9;]*[A-Za-z]|\u0008/g;

const readers: Readonly<Record<PresetName, (line: string) => readonly Report[]>> = {
  huggingFace,
  keras,
  lightgbm,
  xgboost,
};

export function reportsOfPreset(preset: PresetName, line: string): readonly Report[] {
  // A bar is drawn over itself: what stands in the end is last.
  const last = line.slice(line.trimEnd().lastIndexOf("\r") + 1);
  return last.length > longestLine ? [] : readers[preset](last.replaceAll(decoration, "").trimEnd());
}

/** `{'loss': 0.69, 'epoch': 0.5}`; version 5 prints texts. There is no step in it: each line is one after the last. */
function huggingFace(line: string): readonly Report[] {
  const [, inside] = /\{('[^{}]*'epoch': [^{}]*)\}/.exec(line) ?? [];
  if (inside === undefined) return [];
  const pairs = inside.matchAll(new RegExp(`'([\\w./@-]+)': '?(${numeral})'?(?=,|$)`, "gi"));
  return [...pairs].flatMap(([, name = "", value = ""]) => (name === "epoch" ? [] : reported(name, value)));
}

/** A bar that is full, or a line of `verbose=2`: one of each epoch. */
function keras(line: string): readonly Report[] {
  const [, done, all] = /(?:^|\s)(\d+)\/(\d+) /.exec(line) ?? [];
  if (done === undefined || done !== all) return [];
  const pairs = line.matchAll(new RegExp(` - ([A-Za-z]\\w*): (${numeral})(?= - |$)`, "gi"));
  return [...pairs].flatMap(([, name = "", value = ""]) => reported(name, value));
}

/** `[12]⇥valid_0's auc: 0.9`; of a cross-validation the mean, before its deviation. */
function lightgbm(line: string): readonly Report[] {
  return inRounds(line, new RegExp(`^(.+)'s (.+): (${numeral})(?: \\+ .*)?$`, "i"));
}

/** `[3]⇥train-logloss:0.1⇥eval-logloss:0.2`; of a cross-validation the mean. */
function xgboost(line: string): readonly Report[] {
  return inRounds(line, new RegExp(`^(.+?)-(.+):(${numeral})(?:\\+.*)?$`, "i"));
}

function inRounds(line: string, metric: RegExp): readonly Report[] {
  const [, round, rest] = /^\[(\d{1,15})\]\s+(.*)$/.exec(line) ?? [];
  if (round === undefined || rest === undefined) return [];
  return rest.split(/\t+|\s{2,}/).flatMap((part) => {
    const [, set = "", name = "", value = ""] = metric.exec(part) ?? [];
    return name === "" ? [] : reported(`${set}-${name}`, value, Number(round));
  });
}

function reported(name: string, text: string, step?: number): readonly Report[] {
  const value = parseReported(text);
  return value === undefined ? [] : [{ name, value, ...(step === undefined ? {} : { step }) }];
}
