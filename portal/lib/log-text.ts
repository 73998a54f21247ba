// A log as lines, made of bytes that come in pieces: at its end first, then what is new, and what lies before on request. A character
// or a line that is cut between two pieces is put together again. Invariant: no more than `mostLines` are kept, the oldest go.
import { ansiLine, lastOverwrite } from "./ansi.ts";
import type { Span, Style } from "./ansi.ts";

export interface LogLine {
  /** Of the line among all that were seen: stays the same while older ones go. */
  readonly key: number;
  readonly spans: readonly Span[];
}

export interface LogText {
  readonly lines: readonly LogLine[];
  /** The last line, which may still grow. */
  readonly rest: string;
  readonly style: Style;
  readonly nextKey: number;
  /** Older lines were let go. */
  readonly isCut: boolean;
}

export const emptyLog: LogText = { lines: [], rest: "", style: {}, nextKey: 0, isCut: false };
const mostLines = 50_000;

export function withText(log: LogText, text: string): LogText {
  if (text === "") return log;
  const parts = (log.rest + text).split("\n");
  const rest = parts.pop() ?? "";
  let { style, nextKey } = log;
  const fresh = parts.map((line): LogLine => {
    const { spans, after } = ansiLine(lastOverwrite(line), style);
    style = after;
    nextKey += 1;
    return { key: nextKey - 1, spans };
  });
  const all = [...log.lines, ...fresh];
  const lines = all.length > mostLines ? all.slice(-mostLines) : all;
  return { lines, rest, style, nextKey, isCut: log.isCut || lines.length < all.length };
}

/** All lines that are shown, the unfinished one with them. */
export function shownLines({ lines, rest, style, nextKey }: LogText): readonly LogLine[] {
  return rest === ""
    ? lines
    : [...lines, { key: nextKey, spans: ansiLine(lastOverwrite(rest), style).spans }];
}

/** What was read from the middle of a file begins in the middle of a line, which is left out. */
export function fromLineStart(bytes: Uint8Array, start: number): Uint8Array {
  return start === 0 ? bytes : bytes.subarray(bytes.indexOf(10) + 1);
}
