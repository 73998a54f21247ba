// `metrics.loss DESC`: the order of what was found. What has no such field comes last either way, and NaN just before it.
import { refuse } from "../limits.ts";
import { readField, valueOf } from "./fields.ts";
import type { Field, Searchable, Searched } from "./fields.ts";
import { tokensOf } from "./tokens.ts";

export type Compare = (a: Searchable, b: Searchable) => number;

interface Key {
  readonly field: Field;
  readonly sign: 1 | -1;
}

/** @param otherwise the keys that come after those that were asked for. @throws AppError InvalidRequest */
export function orderOf(asked: readonly string[], otherwise: readonly string[], searched: Searched): Compare {
  const keys = [...asked, ...otherwise].map((text) => readKey(text, searched));
  return (a, b) => {
    for (const { field, sign } of keys) {
      const found = compare(valueOf(a, field), valueOf(b, field), sign);
      if (found !== 0) return found;
    }
    return 0;
  };
}

function readKey(text: string, searched: Searched): Key {
  const tokens = tokensOf("order_by", text);
  const [field, count] = readField("order_by", searched, tokens);
  const [direction, ...more] = tokens.slice(count).map((token) => token.text.toUpperCase());
  if (more.length > 0 || !["ASC", "DESC", undefined].includes(direction))
    refuse("order_by", `'${text.slice(0, 60)}': expected a field, and ASC or DESC after it.`);
  return { field, sign: direction === "DESC" ? -1 : 1 };
}

function compare(a: string | number | undefined, b: string | number | undefined, sign: 1 | -1): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (a === b || rankA > 0) return 0;
  return (a ?? 0) < (b ?? 0) ? -sign : sign;
}

function rank(value: string | number | undefined): number {
  if (value === undefined) return 2;
  return typeof value === "number" && Number.isNaN(value) ? 1 : 0;
}
