// Why an attempt of a job ended, in words.
import type { AttemptCause } from "../../domain/job/attempt.ts";
import { t } from "../texts/texts.ts";

/** @param cause undefined: it goes on. */
export function causeText(cause: AttemptCause | undefined): string {
  return cause === undefined ? t.attempts.goesOn : t.attempts.causes[cause];
}
