// What nodes come to for some hours, as sentences.
import type { KnownPrice, VmPriority } from "./table.ts";

/** Four significant digits: a spot node of a small size costs a hundredth. */
export function money(amount: number, currency: string): string {
  return `${Number(amount.toPrecision(4))} ${currency}`;
}

export interface NodeRange {
  readonly fewest: number;
  readonly most: number;
}

/** @param hours also what so many hours come to. */
export function costSentence(
  { perNodeHour, currency, collectedOn, vmPriority }: KnownPrice,
  { fewest, most }: NodeRange,
  hours: number | undefined,
): string {
  const range = (times: number) =>
    fewest === most
      ? money(most * perNodeHour * times, currency)
      : `${money(fewest * perNodeHour * times, currency)} to ${money(most * perNodeHour * times, currency)}`;
  const nodes = fewest === most ? plural(most) : `${fewest} to ${plural(most)}`;
  const kind = vmPriority === "dedicated" ? "dedicated" : "spot";
  const whole = hours === undefined ? "" : `; ${range(hours)} for ${hours} ${hours === 1 ? "hour" : "hours"}`;
  return `${nodes}, ${kind}: ${range(1)} an hour${whole} (${money(perNodeHour, currency)} a node-hour, list price of ${collectedOn})`;
}

const plural = (nodes: number) => `${nodes} ${nodes === 1 ? "node" : "nodes"}`;

/** @param vmPriority absent: of no priority. */
export function noPriceSentence(vmSize: string, location: string, vmPriority?: VmPriority): string {
  const kind = vmPriority === undefined ? "" : vmPriority === "dedicated" ? "dedicated " : "spot ";
  return `no ${kind}price of ${vmSize} in ${location} is known; an operator can give one in BATCHAI_PRICES`;
}
