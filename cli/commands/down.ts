// `batchai down`: ends the local cloud of a data folder in order, as Ctrl-C does where it runs in a terminal. What it holds stays.
import { dirname, join, resolve } from "node:path";
import { runningCloud } from "../../local/running.ts";
import { command } from "../command.ts";
import { nearestFile } from "../config/files.ts";
import { CommandError } from "../failure.ts";
import { notify } from "../hints.ts";
import { amount, text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";

export const down = command({
  examples: ["down", "down --data DIR"],
  withoutSettings: true,
  options: {
    data: text("--data <dir>", "its data folder (default: the nearest .batchai)"),
    timeout: amount("--timeout <seconds>", "how long it may take", 60),
  },
  async run(given, context) {
    const near = nearestFile(context.directory, join(".batchai", "cloud.json"));
    const folder = given.data ?? (near === undefined ? ".batchai" : dirname(near));
    const path = resolve(context.directory, folder);
    const pid = await runningCloud(path);
    if (pid === undefined) {
      notify(context, `No local cloud runs on ${path}.`);
      return;
    }
    process.kill(pid, "SIGTERM");
    const until = context.now() + given.timeout * 1000;
    while ((await runningCloud(path)) === pid) {
      if (context.now() >= until)
        throw new CommandError(`Process ${pid} has not ended after ${given.timeout} s.`, exitCodes.timeout);
      await context.sleep(100);
    }
    notify(context, `The local cloud on ${path} has ended; its data stays.`);
  },
});
