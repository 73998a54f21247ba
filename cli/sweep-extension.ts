// What a sweep is to have from now on, by options and by a file: the same for `sweep extend`, which lets it go on, and `sweep update`.
import { ExtendRequest } from "../domain/sweep/requests.ts";
import type { Context } from "./command.ts";
import { text, wholeNumber } from "./options.ts";
import { isObject, readSpec } from "./spec/read-spec.ts";
import type { SpecFile } from "./spec/read-spec.ts";

export const extensionOptions = {
  maxTrials: wholeNumber("--max-trials <trials>", "all in all, with those that were made"),
  maxConcurrentTrials: wholeNumber("--max-concurrent-trials <trials>", "at once"),
  maxFailedTrials: wholeNumber("--max-failed-trials <trials>", "so many failures end it"),
  timeout: text("--sweep-timeout <duration>", "from now on, such as PT8H"),
  trialTimeout: text("--trial-timeout <duration>", "of one run of a trial"),
  file: text("-f, --config-file <file>", "limits, stopping and budget as JSON or YAML below 'properties'"),
};

type Given = {
  readonly [Name in keyof typeof extensionOptions]: string | number | undefined;
} & { readonly file: string | undefined };

export interface Extension extends Pick<SpecFile, "sending"> {
  /** Undefined where nothing was said. */
  readonly properties: object | undefined;
}

export async function extensionOf(given: Given, context: Context): Promise<Extension> {
  const spec =
    given.file === undefined ? undefined : await readSpec(given.file, context, undefined, ExtendRequest);
  const file = spec?.properties ?? {};
  const { maxTrials, maxConcurrentTrials, maxFailedTrials, timeout, trialTimeout } = given;
  const asked = { maxTrials, maxConcurrentTrials, maxFailedTrials, timeout, trialTimeout };
  const limits = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const isNothing = Object.keys(limits).length === 0 && Object.keys(file).length === 0;
  const before = isObject(file["limits"]) ? file["limits"] : {};
  return {
    properties: isNothing ? undefined : { ...file, limits: { ...before, ...limits } },
    sending: spec?.sending ?? ((send) => send()),
  };
}
