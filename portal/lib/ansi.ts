// Colours of terminals in log lines (ECMA-48, "SGR"): a line becomes spans of text with names of colours. Whatever else such sequences
// ask for is left out; nothing of a line is ever markup.
export interface Span {
  readonly text: string;
  /** Class names such as `ansi-red ansi-bold`; empty for plain text. */
  readonly style: string;
}

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
/** CSI and OSC sequences, other escapes, and control characters but for the tab. */
const sequences =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?|[\x00-\x08\x0b-\x1f\x7f]/g;

export interface Style {
  readonly colour?: string | undefined;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

/** @param before the style in which the line before ended. */
export function ansiLine(
  line: string,
  before: Style = {},
): { readonly spans: readonly Span[]; readonly after: Style } {
  const spans: Span[] = [];
  let style = before;
  let at = 0;
  const take = (until: number) => {
    if (until > at) spans.push({ text: line.slice(at, until), style: classesOf(style) });
  };
  for (const match of line.matchAll(sequences)) {
    take(match.index);
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = restyled(style, match[1]);
  }
  take(line.length);
  return { spans, after: style };
}

/** What a terminal would show of a line over which a progress bar was drawn again and again. */
export function lastOverwrite(line: string): string {
  const text = line.replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1);
}

function restyled(before: Style, codes: string): Style {
  const numbers = codes.split(/[;:]/).map(Number);
  let style = before;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 38 || code === 48) {
      const isIndexed = numbers[index + 1] === 5;
      if (code === 38) style = { ...style, colour: isIndexed ? indexed(numbers[index + 2] ?? 0) : undefined };
      index += isIndexed ? 2 : 4;
    } else style = withCode(style, code);
  }
  return style;
}

function withCode(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: undefined };
  if (code >= 30 && code <= 37) return { ...style, colour: colours[code - 30] };
  if (code >= 90 && code <= 97) return { ...style, colour: colours[code - 90] };
  return style;
}

/** The nearest of the eight, of the 256 that terminals number. */
function indexed(number: number): string | undefined {
  if (number < 16) return colours[number % 8];
  if (number >= 232) return undefined;
  const cube = number - 16;
  const bit = (level: number) => (level >= 3 ? 1 : 0);
  return colours[bit(Math.floor(cube / 36)) + 2 * bit(Math.floor(cube / 6) % 6) + 4 * bit(cube % 6)];
}

function classesOf({ colour, bold, dim }: Style): string {
  return [
    colour === undefined ? "" : `ansi-${colour}`,
    bold === true ? "ansi-bold" : "",
    dim === true ? "ansi-dim" : "",
  ]
    .filter((name) => name !== "")
    .join(" ");
}
