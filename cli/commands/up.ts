// `batchai up`: the local cloud as a process of its own that goes on when this one has ended. Resolves when it is ready; what it
// says later is in the log of its data folder.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runningCloud } from "../../local/running.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { CommandError } from "../failure.ts";
import { hint, notify } from "../hints.ts";
import { amount, flag, port, text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printing, printOne } from "../output/print.ts";
import { cloudColumns, describeCloud } from "../local-cloud.ts";

export const up = command({
  examples: ["up", "up --data DIR --port 0"],
  withoutSettings: true,
  options: {
    data: text("--data <dir>", "where it keeps everything", ".batchai"),
    port: port("--port <number>", "port of the API, 0 for any free one", 7180),
    fresh: flag("--fresh", "forget what the data folder holds"),
    timeout: amount("--timeout <seconds>", "how long it may take to be ready", 120),
    ...printing,
  },
  async run(given, context) {
    const folder = resolve(context.directory, given.data);
    if ((await runningCloud(folder)) === undefined) await startBehind(folder, given, context);
    else notify(context, "It runs already.");
    await printOne(await describeCloud(folder), cloudColumns, given, context);
    hint(context, "run -- python3 train.py", "status", "down");
  },
});

async function startBehind(
  folder: string,
  given: { readonly port: number; readonly fresh: boolean; readonly timeout: number },
  context: Context,
): Promise<void> {
  // Not in the data folder: only a folder that is empty or its own is taken for one.
  const logs = await mkdtemp(join(tmpdir(), "batchai-up-"));
  const log = join(logs, "start.log");
  const out = openSync(log, "wx", 0o600);
  const words = [
    "start",
    "--data",
    folder,
    "--port",
    String(given.port),
    ...(given.fresh ? ["--fresh"] : []),
  ];
  const child = spawn(process.execPath, [join(context.builtFolder, "batchai.mjs"), ...words], {
    cwd: context.directory,
    detached: true,
    stdio: ["ignore", out, out],
    env: context.environment,
  });
  closeSync(out);
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `it ended with ${code ?? signal ?? "no code"}`));
  child.unref();
  const until = context.now() + given.timeout * 1000;
  for (;;) {
    const said = await readFile(log, "utf8");
    if (/^ready$/m.test(said)) break;
    if (ended !== undefined) {
      await rm(logs, { recursive: true, force: true });
      throw new CommandError(`The local cloud did not start: ${ended}.\n${said.trim()}`);
    }
    if (context.now() >= until)
      throw new CommandError(
        `The local cloud is not ready after ${given.timeout} s; see ${log}.`,
        exitCodes.timeout,
      );
    await context.sleep(100);
  }
  // What it says later goes to its own log; the file's name goes, the process keeps it open.
  await rm(logs, { recursive: true, force: true });
}
