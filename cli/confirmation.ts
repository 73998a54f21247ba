// What cannot be undone is done only when it was said twice: by the command and by -y. Nothing ever waits for an answer, so that a
// script cannot hang.
import { usageError } from "./failure.ts";
import type { Option } from "./options.ts";
import { flag } from "./options.ts";
import { printing } from "./output/print.ts";

const waiting: Option<boolean> = {
  flags: "--no-wait",
  description: "return as soon as it has begun",
  otherwise: true,
};

/** Nothing is answered, in whatever format: scripts give one to every command. */
export const confirming = { yes: flag("-y, --yes", "yes, really"), wait: waiting, ...printing };

export function confirmed(given: { readonly yes: boolean }, what: string): void {
  if (!given.yes) throw usageError(`${what} If that is meant, say -y.`);
}
