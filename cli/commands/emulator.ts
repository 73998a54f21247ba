// `batchai emulator`: the Batch emulator by itself. Prints one line of JSON when everything answers, then `ready`.
import {
  checkNetwork,
  readAccountKey,
  readAzureRules,
  readEvictionTrace,
  startEmulatorAlone,
} from "../../local/batch-emulator/alone.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { amount, flag, parsed, port, text } from "../options.ts";

export const emulator = command({
  examples: ["emulator --port 0 --data .batch-emulator", "emulator --tls --evictions-per-hour 2 --seed 7"],
  options: {
    port: port("--port <number>", "port of the data plane, 0 for any free one", 0),
    data: text("--data <dir>", "where it keeps everything", ".batch-emulator"),
    tls: flag("--tls", "listen for HTTPS, too"),
    evictionsPerHour: amount("--evictions-per-hour <rate>", "evictions per hour and low-priority node", 0),
    evictionNotice: amount("--eviction-notice <seconds>", "how long before it an eviction is announced", 30),
    evictionTrace: parsed(
      "--eviction-trace <file>",
      "evictions at given moments, as JSON",
      readEvictionTrace,
    ),
    azureRules: parsed(
      "--azure-rules <mode>",
      "strict: refuse what Azure refuses, such as retired sizes (default); off: do it",
      readAzureRules,
    ),
    seed: amount("--seed <number>", "makes evictions repeatable"),
    listen: text("--listen <address>", "address to listen on", "127.0.0.1"),
    allowRemote: flag("--allow-remote", "let other machines in; needs a key of your own"),
    accountKey: parsed("--account-key-file <file>", "holds the account's key in base64", readAccountKey),
    containerCli: text("--container-cli <words>", "what runs containers, such as 'sudo podman'"),
    containerOptions: parsed("--container-options <words>", "further options of its `run`", (words) => words),
  },
  async run(given, context) {
    const { accountKey, allowRemote, listen, containerCli, containerOptions } = given;
    try {
      checkNetwork({ accountKey, allowRemote, listen });
    } catch (error) {
      throw usageError((error as Error).message);
    }
    const stopRequested = context.stopRequested();
    const running = await startEmulatorAlone(
      {
        ...given,
        dataDirectory: given.data,
        evictionNoticeMs: given.evictionNotice * 1000,
        evictionTrace: given.evictionTrace ?? [],
        azureRules: given.azureRules ?? "strict",
        containerCommand: containerCli,
        containerRunOptions: containerOptions,
        environment: context.environment,
      },
      context.err,
    );
    context.out(`${JSON.stringify(running.description)}\nready\n`);
    await stopRequested;
    await running.stop();
  },
});
