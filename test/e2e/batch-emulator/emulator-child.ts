// An emulator in a process of its own, to be killed: `node emulator-child.mjs FOLDER`. Prints its URL.
import { join } from "node:path";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { startBatchEmulator } from "../../../local/batch-emulator/index.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";

const [folder = ""] = process.argv.slice(2);
const nothing = () => Promise.resolve();
const clock = systemClock();
const random = systemRandom();
const executor = createProcessExecutor({
  stateDirectory: join(folder, "launches"),
  clock,
  random,
  logger: silentLogger,
});

void startBatchEmulator({
  dataDirectory: folder,
  port: 0,
  accountName: "devbatch",
  accountKey: Buffer.from("the key of a test account, nothing secret").toString("base64"),
  subscriptionId: "s",
  resourceGroup: "g",
  location: "here",
  clock,
  random,
  logger: silentLogger,
  executor,
  mounts: { attach: () => Promise.resolve({ ok: true }), flush: nothing, detach: nothing, close: nothing },
  verifyBearer: () => Promise.resolve("unknown"),
}).then((emulator) => {
  process.stdout.write(`${emulator.url}\n`);
  process.once("SIGTERM", () => void emulator.dispose().then(() => process.exit(0)));
});
