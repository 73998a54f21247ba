// How much processor time `batchai` takes before it does anything, beside Node's own: `--help`, `--version`, and a command that is refused.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const program = join(dirname(fileURLToPath(import.meta.url)), "../../dist/local/batchai.mjs");
const rounds = 21;

/** The child's user and system time in milliseconds, as the shell's `time` tells them. */
function processorTime(words) {
  const line = `TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>/dev/null`;
  const { stderr } = spawnSync("bash", ["-c", line, process.execPath, ...words], { encoding: "utf8" });
  const [user, system] = stderr.trim().split(" ").map(Number);
  return (user + system) * 1000;
}

const cases = {
  "node -e 0": ["-e", "0"],
  "batchai --help": [program, "--help"],
  "batchai --version": [program, "--version"],
  "batchai job --help": [program, "job", "--help"],
  "batchai job list --help": [program, "job", "list", "--help"],
  "batchai completion bash": [program, "completion", "bash"],
};
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
// In turns, so that what else the machine does meets all of them.
for (let round = 0; round < rounds; round += 1)
  for (const [name, words] of Object.entries(cases)) times[name].push(processorTime(words));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(times["node -e 0"]);
for (const [name, values] of Object.entries(times)) {
  const ms = median(values);
  console.log(`${name.padEnd(26)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / base).toFixed(2)} x`);
}
