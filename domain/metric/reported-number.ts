// A number as programs print it: Python's `nan`, `inf` and `-inf` as well as JavaScript's words.

export function parseReported(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  const [, sign = "", name] = /^([-+]?)(inf|infinity|nan)$/.exec(word) ?? [];
  if (name === "nan") return Number.NaN;
  if (name !== undefined) return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = word === "" ? Number.NaN : Number(word);
  return Number.isNaN(value) ? undefined : value;
}
