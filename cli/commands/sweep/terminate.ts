import { command } from "../../command.ts";
import { confirmed } from "../../confirmation.ts";
import { flag, wholeNumber } from "../../options.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepTerminate = command({
  examples: [
    "sweep terminate -w lab -e digits -n rates -y",
    "sweep terminate -w lab -e digits -n rates --trial 3 -y",
  ],
  options: {
    ...ofSweep,
    trial: wholeNumber("--trial <number>", "only this trial; the sweep goes on"),
    yes: flag("-y, --yes", "yes, really"),
  },
  async run(given, context) {
    const { trial, name } = given;
    confirmed(
      given,
      trial === undefined
        ? `This ends the sweep '${name}' and every trial of it that runs.`
        : `This ends trial ${trial} of the sweep '${name}'.`,
    );
    const service = await openService(given, context);
    const ref = sweepRef(service, given, name);
    if (trial === undefined) await service.client.sweeps.terminate(ref);
    else await service.client.sweeps.terminateTrial(ref, trial);
  },
});
