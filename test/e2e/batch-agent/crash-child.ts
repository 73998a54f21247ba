// Runs tasks until it is killed: `node crash-child.mjs FOLDER COUNT`. Task n writes one line to `FOLDER/n/runs` each time
// it runs and exits with n % 200 after a moment.
import { join } from "node:path";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { crashLaunch } from "./crash-launch.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const executor = createProcessExecutor({
  stateDirectory: join(folder, "state"),
  clock: systemClock(),
  random: systemRandom(),
  logger: silentLogger,
});
for (let index = 0; index < Number(count); index += 1)
  void executor.run(crashLaunch(folder, index), () => process.stdout.write(`started ${index}\n`));
