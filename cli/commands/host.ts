// `batchai host APP`: hosts any Functions app until it is told to stop. Prints one line of JSON when it answers, then `ready`.
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { startHostAlone } from "../../local/functions-host/alone.ts";
import { command } from "../command.ts";
import { CommandError } from "../failure.ts";
import { flag, port, text } from "../options.ts";

export const host = command({
  examples: ["host ./my-app", "host ./my-app --port 0 --data memory --open"],
  words: { usage: "<app>", description: "folder of a built Functions app of the Node.js v4 model" },
  options: {
    port: port("--port <number>", "HTTP port, 0 for any free one", 7071),
    httpsPort: port("--https-port <number>", "HTTPS port, 0 for any free one", 0),
    data: text(
      "--data <dir>",
      'where keys, certificate, durable state and storage are kept, or "memory" (default: .batchai/host/APP)',
    ),
    open: flag("--open", "let callers in without function keys, as Core Tools does"),
    strict: flag("--strict", "do not start when one function cannot be hosted (else the others run)"),
  },
  async run({ port: httpPort, httpsPort, data, open, strict }, context, [app = ""]) {
    const appDirectory = resolve(context.directory, app);
    const id = createHash("sha256").update(appDirectory).digest("hex").slice(0, 12);
    const folder = data ?? join(".batchai", "host", id);
    const stopRequested = context.stopRequested().then(() => "stop" as const);
    const running = await startHostAlone(
      {
        appDirectory,
        port: httpPort,
        httpsPort,
        dataDirectory: folder === "memory" ? folder : resolve(context.directory, folder),
        requireKeys: !open,
        strict,
        environment: context.environment,
      },
      context.err,
    );
    context.out(`${JSON.stringify(running.description)}\nready\n`);
    const ended = await Promise.race([stopRequested, running.ended]);
    await running.stop();
    if (ended instanceof Error) throw new CommandError(ended.message);
  },
});
