// Entry point of `batchai`: parses the command line, runs one command, turns its end into an exit code.
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { StartError } from "../local/start.ts";
import { quickstart } from "./commands/quickstart/quickstart.ts";
import { start } from "./commands/start.ts";
import { exitCodes } from "./output/exit-codes.ts";

const defaultPort = 7180;
const print = (line: string) => void process.stdout.write(`${line}\n`);
const builtRecipe = () => fileURLToPath(new URL("../recipes/mnist-tfjs", import.meta.url));

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("expected a whole number from 0 (any free port) to 65535.");
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function commands(): Command {
  const program = new Command("batchai")
    .description("OpenBatchAI: clusters, jobs and their models.")
    .exitOverride();
  program
    .command("start")
    .description("run the local cloud until Ctrl-C")
    .option("--data <dir>", "where it keeps everything", ".batchai")
    .option("--port <number>", "port of the API, 0 for any free one", parsePort, defaultPort)
    .option("--fresh", "forget what the data folder holds", false)
    .action(({ data, port, fresh }: { data: string; port: number; fresh: boolean }) =>
      start({ data, port, fresh, print, stopRequested: stopRequested() }),
    );
  program
    .command("quickstart")
    .description("train a model on a local cluster, from nothing to test accuracy")
    .option("--output <dir>", "where model and logs are kept", ".batchai-quickstart")
    .action(async ({ output }: { output: string }) => {
      if (!(await quickstart({ recipeDirectory: builtRecipe(), output })))
        process.exitCode = exitCodes.failed;
    });
  return program;
}

try {
  await commands().parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else {
    const known = error instanceof StartError || !(error instanceof Error);
    process.stderr.write(
      `batchai: ${known ? String((error as Error).message) : (error.stack ?? error.message)}\n`,
    );
    process.exitCode = exitCodes.failed;
  }
}
