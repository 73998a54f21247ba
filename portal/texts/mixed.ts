// A text with something in it that is no text: a link, a name, a piece of code. The literals are the translator's, in whichever order.
import { createElement, Fragment } from "react";
import type { ReactElement, ReactNode } from "react";

export type Mixed = ReactElement<{ readonly children: readonly ReactNode[] }>;

/** mixed`Served at ${link}.`: children are literal, value, literal …, without keys, because their places never change. */
export function mixed(literals: TemplateStringsArray, ...values: readonly ReactNode[]): Mixed {
  return mixedOf(literals, values);
}

export function mixedOf(literals: readonly string[], values: readonly ReactNode[]): Mixed {
  const children = literals.flatMap((literal, index) =>
    index < values.length ? [literal, values[index]] : [literal],
  );
  return createElement(Fragment, null, ...children) as Mixed;
}

/** What `mixed` was given. */
export function partsOf({ props: { children } }: Mixed): {
  readonly literals: readonly string[];
  readonly values: readonly ReactNode[];
} {
  const all = Array.isArray(children) ? (children as readonly ReactNode[]) : [children as ReactNode];
  return {
    literals: all.filter((_, index) => index % 2 === 0) as readonly string[],
    values: all.filter((_, index) => index % 2 === 1),
  };
}
