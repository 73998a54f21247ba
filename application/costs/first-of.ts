// The first of many groups one by one, and the others added up.

/** @returns `others` answers nothing where there are no others. */
export function firstOf<Use, Shown>(
  groups: readonly { readonly shown: Shown; readonly used: readonly Use[] }[],
  top: number,
): {
  readonly value: readonly Shown[];
  readonly others: <Sum extends object>(
    sum: (used: readonly Use[]) => Sum,
  ) => { readonly others?: Sum & { readonly groups: number } };
} {
  const rest = groups.slice(top);
  return {
    value: groups.slice(0, top).map(({ shown }) => shown),
    others: (sum) =>
      rest.length === 0 ? {} : { others: { groups: rest.length, ...sum(rest.flatMap(({ used }) => used)) } },
  };
}
