import { ExtendRequest } from "../../../domain/sweep/requests.ts";
import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { text, wholeNumber } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { isObject, readSpec } from "../../spec/read-spec.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepExtend = command({
  examples: [
    "sweep extend -w lab -e digits -n rates --max-trials 48",
    "sweep extend -w lab -e digits -n rates -f more.json",
  ],
  options: {
    ...ofSweep,
    maxTrials: wholeNumber("--max-trials <trials>", "all in all, with those that were made"),
    maxConcurrentTrials: wholeNumber("--max-concurrent-trials <trials>", "at once"),
    maxFailedTrials: wholeNumber("--max-failed-trials <trials>", "so many failures end it"),
    timeout: text("--sweep-timeout <duration>", "from now on, such as PT8H"),
    trialTimeout: text("--trial-timeout <duration>", "of one run of a trial"),
    file: text("-f, --config-file <file>", "limits, stopping and budget as JSON or YAML below 'properties'"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const spec =
      given.file === undefined ? undefined : await readSpec(given.file, context, undefined, ExtendRequest);
    const file = spec?.properties ?? {};
    const { maxTrials, maxConcurrentTrials, maxFailedTrials, timeout, trialTimeout } = given;
    const asked = { maxTrials, maxConcurrentTrials, maxFailedTrials, timeout, trialTimeout };
    const limits = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    if (Object.keys(limits).length === 0 && Object.keys(file).length === 0)
      throw usageError("Say what it is to get: --max-trials, another limit, or -f with a file.");
    const before = isObject(file["limits"]) ? file["limits"] : {};
    const extension = { ...file, limits: { ...before, ...limits } };
    const send = () => service.client.sweeps.extend(sweepRef(service, given, given.name), extension);
    const extended = await (spec?.sending(send) ?? send());
    await printOne(extended, sweepColumns, given, context);
  },
});
