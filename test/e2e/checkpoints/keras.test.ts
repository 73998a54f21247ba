// The helper for Keras, with TensorFlow as it is installed for the tests: killed at each of its writes it leaves the checkpoint before or the
// one it was writing, and the training that goes on ends as one that nobody disturbed. Skipped where there is no TensorFlow.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { missing, pythonOf } from "../../support/toolkits/frameworks.ts";

const absent = missing("tensorflow");
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const limitMs = 480_000;

it.skipIf(absent !== "")(
  `a Keras training is killed anywhere, and has the same weights to the last bit in the end${absent}`,
  async () => {
    const words = [path("keras_faults.py"), path("../../../recipes/checkpoints")];
    const { stdout } = await promisify(execFile)(pythonOf("tensorflow"), words);
    expect(Number(stdout.trim().split("\n").at(-1))).toBeGreaterThan(10);
  },
  limitMs,
);
