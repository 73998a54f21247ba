// A suite of the teams that make Azure's clients, case by case: which test of ours asks the same of the emulator, or why the case
// cannot pass as it is written. The cases are named and judged here in our own words; their code is not here.

export interface SuiteCase {
  readonly name: string;
  /** Titles of our tests. */
  readonly by?: readonly string[];
  /** Why it does not pass, or what of it does not. */
  readonly not?: string;
}

export interface Suite {
  readonly title: string;
  readonly source: string;
  readonly cases: readonly SuiteCase[];
}

/** Rows `name: title`, several titles, or a reason that begins with "not". */
export function casesOf(rows: Readonly<Record<string, readonly string[]>>): SuiteCase[] {
  return Object.entries(rows).map(([name, words]) => {
    const by = words.filter((word) => !word.startsWith("not: "));
    const not = words.find((word) => word.startsWith("not: "))?.slice(5);
    return { name, ...(by.length > 0 ? { by } : {}), ...(not === undefined ? {} : { not }) };
  });
}

export const retired = {
  ubuntu:
    "not: it asks for Ubuntu 18.04, whose node agent Azure no longer offers: refused, as there; passes with an image of today",
  sizes:
    "not: it asks for size Small or Standard_A1, which Azure has retired: refused, as there; passes with a size of today",
  endpoint:
    "not: it counts an endpoint for ssh that Azure added by itself until November 2025, and the emulator where the rules of Azure are off; its image, Ubuntu 18.04, is refused",
} as const;
