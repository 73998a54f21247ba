// A million points of a file for TensorBoard: seconds of processor time that the forwarder's reader takes, beside TensorBoard's own
// accumulator. Needs scripts/install-test-tools.sh tensorflow. Run: npm run bench -- tracking/event-files
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTools } from "../../test/support/test-tools.ts";
import { report } from "../durable/support/measure.ts";

const python = join(testTools, "tensorflow/bin/python");
if (!existsSync(python)) console.log("skipped: TensorFlow is not installed");
else {
  const folder = mkdtempSync(join(tmpdir(), "events-"));
  try {
    const words = ["test/support/event_files.py", "node/forwarder", folder, "--time"];
    const [ours = 0, theirs = 0] = JSON.parse(execFileSync(python, words, { encoding: "utf8" })) as number[];
    report({
      name: "1,000,000 points, the forwarder's reader",
      value: ours,
      unit: "s",
      target: { atMost: 3 },
    });
    report({ name: "1,000,000 points, TensorBoard's accumulator", value: theirs, unit: "s" });
    report({ name: "the reader, in times of the accumulator", value: ours / theirs, unit: "x" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
