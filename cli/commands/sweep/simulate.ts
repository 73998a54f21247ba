// `batchai sweep simulate`: when a sweep would end and what it would cost. The service runs it in virtual time, several times over.
import type { ForecastResponse } from "../../../domain/sweep/wire.ts";
import { command } from "../../command.ts";
import { amount, flag, text, texts, wholeNumber } from "../../options.ts";
import { printing, printParts } from "../../output/print.ts";
import { forecastColumns, forecastRows } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, sweepFile, sweepSpec } from "../../sweep-options.ts";

export const sweepSimulate = command({
  examples: [
    "sweep simulate -w lab -e digits -n rates -c nodes -f sweep.json --trial-duration PT10M",
    "sweep simulate -w lab -e digits -n rates",
  ],
  options: {
    ...ofSweep,
    ...sweepFile,
    file: text("-f, --config-file <file>", "sweep.json or .yaml (default: the sweep that is there)"),
    durations: texts(
      "--trial-duration <duration>",
      "of a trial on its node, such as PT10M; several times: of trial 0, 1, … (default: measured from the sweep that is there)",
    ),
    spread: amount(
      "--spread <sigma>",
      "standard deviation of the logarithm of durations: 0.3 is about a third",
    ),
    startDelay: text("--start-delay <duration>", "from when there is room for a trial to its start"),
    evictionsPerNodeHour: amount("--evictions <number>", "how often an hour a node is taken away"),
    checkpoints: flag("--checkpoints", "trials go on where they were when their node was taken away"),
    reports: wholeNumber("--reports <number>", "of the metric in one trial"),
    lastStep: wholeNumber("--last-step <step>", "of the last report"),
    nodes: wholeNumber("--nodes <number>", "of the cluster (default: as many as run at once)"),
    pricePerNodeHour: amount("--price <amount>", "of a node for an hour (default: the budget's)"),
    currency: text("--currency <code>", "of --price, such as EUR"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { file, durations, checkpoints } = given;
    const spec = file === undefined ? undefined : await sweepSpec(service, { ...given, file }, context);
    const { spread, startDelay, evictionsPerNodeHour, reports, lastStep, nodes } = given;
    const { pricePerNodeHour, currency } = given;
    const asked = { spread, startDelay, evictionsPerNodeHour, reports, lastStep, nodes, pricePerNodeHour };
    const forecast = {
      ...Object.fromEntries(Object.entries({ ...asked, currency }).filter(([, one]) => one !== undefined)),
      ...(checkpoints ? { checkpoints } : {}),
      ...(durations.length === 1 ? { trialDuration: durations[0] } : {}),
      ...(durations.length > 1 ? { trialDurations: durations } : {}),
    };
    const send = spec?.sending ?? ((work: () => Promise<ForecastResponse>) => work());
    const ref = sweepRef(service, given, given.name);
    const about = spec === undefined ? {} : { properties: spec.properties };
    const told = await send(() => service.client.sweeps.simulate(ref, { ...about, forecast }));
    await printParts(told, { parts: forecastRows(told), columns: forecastColumns }, given, context);
  },
});
