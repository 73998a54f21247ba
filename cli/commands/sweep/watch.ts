import { followSweep } from "../../../client/follow-sweep.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { amount } from "../../options.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";
import { progressPrinter, printSweepEnd } from "../../sweep-end.ts";

export const sweepWatch = command({
  examples: ["sweep watch -w lab -e digits -n rates"],
  options: {
    ...ofSweep,
    interval: amount("--interval <seconds>", "between two reads of it", 2),
    timeout: amount("--timeout <seconds>", "give up after this time, with exit code 4"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const until = given.timeout === undefined ? Infinity : context.now() + given.timeout * 1000;
    const sweep = await followSweep(service.client, sweepRef(service, given, given.name), {
      sleep: context.sleep,
      now: context.now,
      pollIntervalMs: given.interval * 1000,
      isStopped: () => context.now() >= until,
      onSweep: progressPrinter(context),
    });
    if (sweep === undefined)
      throw new CommandError(`The sweep is not over after ${given.timeout} seconds.`, exitCodes.timeout);
    await printOne(sweep, sweepColumns, given, context);
    return printSweepEnd(sweep, context);
  },
});
