// Quiet windows: uploads come in bursts, and one job is to work on all of a burst. Blobs gather until none came for a while; where they
// never stop, or become too many for one job, the batch closes all the same. Pure.
import { z } from "zod";
import { parseDuration } from "../shared/duration.ts";
import { duration } from "../shared/fields.ts";

const leastMs = 5_000;
const mostMs = 24 * 3_600_000;
const length = () =>
  duration().refine((text) => msOf(text) >= leastMs && msOf(text) <= mostMs, {
    error: "expected between PT5S and P1D",
  });

export const QuietWindow = z
  .object({
    /** No blob comes for so long: then the batch closes. */
    quietFor: length(),
    /** It closes so long after its first blob at the latest. */
    maxWait: length().default("PT1H"),
  })
  .refine(({ quietFor, maxWait }) => msOf(quietFor) <= msOf(maxWait), {
    path: ["quietFor"],
    error: "expected at most maxWait, which is PT1H unless another is given",
  });
export type QuietWindow = z.infer<typeof QuietWindow>;

export const msOf = (text: string): number => parseDuration(text) ?? Number.NaN;

/** Of one batch: its list is the value of one environment variable, which has 32,768 characters at most. */
export const mostBlobs = 1_000;
const mostCharacters = 30_000;

interface Waiting {
  /** ISO 8601. */
  readonly receivedAt: string;
}

/** When the batch closes, in epoch milliseconds. @param waiting in the order in which they came; without a window any more, at once. */
export function closesAt(window: QuietWindow | undefined, waiting: readonly Waiting[]): number | undefined {
  const [first] = waiting;
  const last = waiting.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (window === undefined || waiting.length >= mostBlobs) return 0;
  const { quietFor, maxWait } = window;
  return Math.min(Date.parse(last.receivedAt) + msOf(quietFor), Date.parse(first.receivedAt) + msOf(maxWait));
}

/** As many of the first ones as one batch holds. */
export function batchOf<Blob extends { readonly name: string }>(blobs: readonly Blob[]): readonly Blob[] {
  let characters = 0;
  const end = blobs.findIndex(({ name }, index) => {
    characters += JSON.stringify(name).length + 1;
    return index > 0 && (index >= mostBlobs || characters > mostCharacters);
  });
  return end === -1 ? blobs : blobs.slice(0, end);
}
