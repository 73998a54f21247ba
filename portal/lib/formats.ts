// Numbers, dates, lists and plurals in the language and region that are chosen, by the browser's own tables (ECMA-402). Invariant: a format has the
// language of the texts around it, so that no sentence mixes two.
export const timesShown = ["local", "utc", "iso"] as const;
/** Times of the day where the browser is, of UTC, or as ISO 8601 writes them. */
export type Times = (typeof timesShown)[number];

/** By plural category of the language (CLDR); `other` is for all that have none of their own. */
export type Forms = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

export interface FormatChoice {
  /** Language and region, such as `de-AT`. */
  readonly locale: string;
  readonly times?: Times;
  /** That of the browser unless another is named. */
  readonly timeZone?: string;
  /** What becomes of names of months and the like before they are shown. */
  readonly words?: (text: string) => string;
}

export interface Formats {
  /** In groups: `10,000`. @param digits after the point, as many in any case. */
  number(value: number, digits?: number): string;
  /** A number as JavaScript writes it, with the digits and the point of the language and no groups: `0,12346`, `1,235e+6`. */
  decimal(text: string): string;
  /** `33.3%`, with at most one digit after the point. @param share of 1 */
  percent(share: number): string;
  /** Little money keeps its digits: a minute of a small node is less than a cent. @param currency its code of ISO 4217 */
  money(amount: number, currency: string): string;
  list(items: readonly string[]): string;
  /** `1 job`, `10,000 jobs` */
  count(count: number, forms: Forms): string;
  /** A day, a time and the zone in which they hold. */
  moment(time: Date): string;
  /** The time of the day. */
  clock(time: Date): string;
}

export function formatsOf({
  locale,
  times = "local",
  timeZone,
  words = (text) => text,
}: FormatChoice): Formats {
  const byDigits = new Map<string, Intl.NumberFormat>();
  const numbers = (digits: number | undefined, useGrouping: boolean) => {
    const key = `${digits ?? ""}${useGrouping}`;
    const made = byDigits.get(key) ?? new Intl.NumberFormat(locale, { useGrouping, ...exactly(digits) });
    byDigits.set(key, made);
    return made;
  };
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const plurals = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(locale, { type: "unit", style: "long" });
  const zone = times === "local" ? timeZone : "UTC";
  const moments = dates(locale, { dateStyle: "medium", timeStyle: "long" }, zone);
  const clocks = dates(locale, { timeStyle: "medium" }, zone);
  const number = (value: number, digits?: number) => numbers(digits, true).format(value);
  return {
    number,
    decimal(text) {
      const [, mantissa = "", fraction = "", exponent = ""] = /^(-?\d+(?:\.(\d+))?)(e.*)?$/.exec(text) ?? [];
      return mantissa === "" ? text : numbers(fraction.length, false).format(Number(mantissa)) + exponent;
    },
    percent: (share) => percents.format(share),
    money: (amount, currency) => new Intl.NumberFormat(locale, moneyFormat(currency, amount)).format(amount),
    list: (items) => lists.format(items),
    count: (count, forms) => `${number(count)} ${forms[plurals.select(count)] ?? forms.other}`,
    moment: (time) =>
      times === "iso" ? time.toISOString().replace(/\.\d+Z$/, "Z") : words(moments.format(time)),
    clock: (time) => (times === "iso" ? time.toISOString().slice(11, 19) + "Z" : words(clocks.format(time))),
  };
}

const exactly = (digits: number | undefined): Intl.NumberFormatOptions =>
  digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };

const moneyFormat = (currency: string, amount: number): Intl.NumberFormatOptions => ({
  style: "currency",
  currency,
  ...(amount > 0 && amount < 1 ? { maximumSignificantDigits: 3 } : {}),
});

function dates(locale: string, options: Intl.DateTimeFormatOptions, timeZone: string | undefined) {
  return new Intl.DateTimeFormat(locale, { ...options, ...(timeZone === undefined ? {} : { timeZone }) });
}

/** Those in use. */
export let formats: Formats = formatsOf({ locale: "en" });

export function setFormats(choice: FormatChoice): void {
  formats = formatsOf(choice);
}

/** For catalogues: a number with its noun, in the plural of the language in use. */
export const counted = (forms: Forms) => (count: number) => formats.count(count, forms);
