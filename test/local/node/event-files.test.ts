// Files for TensorBoard, written by TensorFlow itself: what the forwarder reads is what TensorBoard reads.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { testTools } from "../../support/test-tools.ts";

const python = join(testTools, "tensorflow/bin/python");
const script = fileURLToPath(new URL("../../support/event_files.py", import.meta.url));
const forwarder = fileURLToPath(new URL("../../../node/forwarder", import.meta.url));

test.skipIf(!existsSync(python))(
  "TensorFlow's scalars of every style are read (needs tensorflow)",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "events-"));
    try {
      const { stdout } = await promisify(execFile)(python, [script, forwarder, folder]);
      const files = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
      expect(files).toEqual([
        ["keras/train", true, 3, ["epoch_loss"]],
        ["keras/validation", true, 6, ["epoch_loss", "evaluation_loss_vs_iterations"]],
        ["tf1", true, 900, ["loss", "other"]],
        ["tf2", true, 1203, ["accuracy/top1", "before", "count", "half", "infinite", "loss", "never"]],
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
