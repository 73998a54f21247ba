import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findGpus, gpusOfSize, shareGpus } from "../../../local/gpus.ts";
import { gpusOf } from "../../../domain/cluster/vm-size.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gpus-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "gpus.json");
function node(name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  return join(folder, name);
}

describe("GPUs of this machine", () => {
  it("are those that nvidia-smi lists", async () => {
    const program =
      "#!/bin/sh\n[ \"$*\" = '--query-gpu=uuid --format=csv,noheader' ] && printf 'GPU-1a\\nGPU-2b\\n'\n";
    writeFileSync(join(folder, "nvidia-smi"), program, { mode: 0o755 });
    expect(await findGpus({ PATH: `${folder}:/usr/bin:/bin` })).toEqual(["GPU-1a", "GPU-2b"]);
  });

  it("are none where there is no nvidia-smi, or no driver for it", async () => {
    expect(await findGpus({ PATH: folder })).toEqual([]);
    const program =
      "#!/bin/sh\necho NVIDIA-SMI has failed because it could not communicate with the driver\nexit 9\n";
    writeFileSync(join(folder, "nvidia-smi"), program, { mode: 0o755 });
    expect(await findGpus({ PATH: `${folder}:/usr/bin:/bin` })).toEqual([]);
  });

  it("are one node's at a time, and the next one's when it is gone", () => {
    const gpus = shareGpus(["GPU-1", "GPU-2", "GPU-3"], file());
    expect(gpus.environmentOf(node("a"), "STANDARD_NC12")).toMatchObject({
      BATCHAI_NODE_GPUS: "GPU-1,GPU-2",
      CUDA_VISIBLE_DEVICES: "GPU-1,GPU-2",
    });
    expect(gpus.environmentOf(node("a"), "STANDARD_NC12").BATCHAI_NODE_GPUS).toBe("GPU-1,GPU-2");
    expect(gpus.environmentOf(node("b"), "STANDARD_NC12").BATCHAI_NODE_GPUS).toBe("GPU-3");
    expect(gpus.environmentOf(node("c"), "STANDARD_NC6")).toEqual({
      BATCHAI_NODE_GPUS: "",
      BATCHAI_NODE_GPUS_OF_SIZE: "1",
      CUDA_VISIBLE_DEVICES: "",
    });
    gpus.giveBack(node("a"));
    expect(gpus.environmentOf(node("d"), "STANDARD_NC6").BATCHAI_NODE_GPUS).toBe("GPU-1");
  });

  it("stay a node's own when the local cloud starts again, as its tasks do", () => {
    shareGpus(["GPU-1", "GPU-2"], file()).environmentOf(node("a"), "STANDARD_NC6");
    shareGpus(["GPU-1", "GPU-2"], file()).environmentOf(node("gone"), "STANDARD_NC6");
    rmSync(node("gone"), { recursive: true });
    const again = shareGpus(["GPU-1", "GPU-2"], file());
    expect(again.environmentOf(node("b"), "STANDARD_NC12").BATCHAI_NODE_GPUS).toBe("GPU-2");
    expect(again.environmentOf(node("a"), "STANDARD_NC6").BATCHAI_NODE_GPUS).toBe("GPU-1");
  });

  it("are hidden from nodes without, and nothing is said where there are none", () => {
    expect(shareGpus(["GPU-1"], file()).environmentOf(node("a"), "STANDARD_D2S_V3")).toEqual({
      BATCHAI_NODE_GPUS: "",
      CUDA_VISIBLE_DEVICES: "",
    });
    expect(shareGpus([], file()).environmentOf(node("a"), "STANDARD_NC6")).toEqual({
      BATCHAI_NODE_GPUS: "",
      BATCHAI_NODE_GPUS_OF_SIZE: "1",
    });
  });

  it.each([
    ...[
      "NC6",
      "NC12",
      "NC24r",
      "NV24",
      "NC6s_v3",
      "NC24rs_v3",
      "ND12s",
      "NV12s_v3",
      "NC4as_T4_v3",
      "NC64as_T4_v3",
    ],
    ...["NC24ads_A100_v4", "NC96ads_A100_v4", "NC40ads_H100_v5", "NC80adis_H100_v5", "NC16ads_A10_v4"],
    ...[
      "NC32ads_A10_v4",
      "NV36ads_A10_v5",
      "NV72ads_A10_v5",
      "ND40rs_v2",
      "ND96isr_H100_v5",
      "D2s_v3",
      "HB120rs_v3",
    ],
  ])("of the size %s are as many as the service counts", (size) => {
    expect(gpusOfSize(`Standard_${size}`)).toBe(gpusOf(`STANDARD_${size}`));
  });
});
