// Entry of the stand-alone emulator's process.
import { emulatorMain } from "./cli.ts";

const stopped = new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve());
  process.once("SIGTERM", () => resolve());
});

void emulatorMain(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stopped,
  environment: process.env,
}).then((code) => process.exit(code));
