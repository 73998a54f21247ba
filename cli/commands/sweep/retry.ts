import { command } from "../../command.ts";
import { texts, wholeNumbers } from "../../options.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepRetry = command({
  examples: [
    "sweep retry -w lab -e digits -n rates",
    "sweep retry -w lab -e digits -n rates --exit-code 137 --exit-code 143",
  ],
  options: {
    ...ofSweep,
    trials: wholeNumbers("--trial <number>", "only this trial; may be given several times"),
    exitCodes: wholeNumbers(
      "--exit-code <code>",
      "only trials that ended with it; may be given several times",
    ),
    states: texts("--state <state>", "trials that ended so (default: failed); may be given several times"),
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { trials, exitCodes, states } = given;
    const chosen = Object.fromEntries(
      Object.entries({ trials, exitCodes, states }).filter(([, list]) => list.length > 0),
    );
    const again = await service.client.sweeps.retryFailed(sweepRef(service, given, given.name), chosen);
    context.out(again.map((trial) => `${trial}\n`).join(""));
  },
});
