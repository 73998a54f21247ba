// The GPUs of this machine, shared out among emulated nodes whose size has some: one GPU is one node's at a time. Where there are
// none left, or none at all, such a node computes on the processor, and its jobs' logs say so.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** GPUs by size; a part of a GPU counts as one. Source: Azure documentation, "GPU accelerated compute sizes". */
const sizes: readonly (readonly [RegExp, number])[] = [
  [/^standard_n[cdv](?:6|12|24)[rs]*(?:_v[23])?$/, 6],
  [/^standard_nc(?:24|48|96)ads_a100_v4$/, 24],
  [/^standard_nc(?:40|80)adi?s_h100_v5$/, 40],
  [/^standard_nd(?:40|96)/, 12],
  [/^standard_nc(?:4|8|16|32|64)a(?:s_t4_v3|ds_a10_v4)$/, 16],
  [/^standard_nv(?:6|12|18|36|72)ad?m?s_a10_v5$/, 36],
];

/** At least one for each size of the GPU families, which begin with N. */
export function gpusOfSize(vmSize: string): number {
  const name = vmSize.toLowerCase();
  if (!/^standard_n[cdgv]\d/.test(name)) return 0;
  const cores = Number(/\d+/.exec(name)?.[0] ?? 0);
  const [, coresOfOne = cores] = sizes.find(([pattern]) => pattern.test(name)) ?? [];
  return name.startsWith("standard_nd40") || name.startsWith("standard_nd96")
    ? 8
    : Math.max(1, Math.floor(cores / coresOfOne));
}

const answerDeadlineMs = 10_000;

/** What `nvidia-smi` lists, by the ids that CUDA and container engines take; none where there is no such program. */
export function findGpus(environment: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  return new Promise((resolve) => {
    const child = spawn("nvidia-smi", ["--query-gpu=uuid", "--format=csv,noheader"], {
      env: { PATH: environment["PATH"] },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: answerDeadlineMs,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", () => resolve([]));
    child.on("close", (code) => {
      const ids = text.split("\n").map((line) => line.trim());
      resolve(code === 0 ? ids.filter((id) => /^GPU-[\w-]+$/.test(id)) : []);
    });
  });
}

export interface SharedGpus {
  /** What every process on the node is told; the same for as long as the node is there. */
  environmentOf(nodeRoot: string, vmSize: string): Readonly<Record<string, string>>;
  /** The node is gone: others may have its GPUs. */
  giveBack(nodeRoot: string): void;
}

const Allotments = z.record(z.string(), z.array(z.string()));

/** @param file where it is kept who has which: tasks outlive this process. */
export function shareGpus(found: readonly string[], file: string): SharedGpus {
  const allotted = new Map(
    Object.entries(read(file)).filter(([nodeRoot]) => found.length > 0 && existsSync(nodeRoot)),
  );
  const write = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(allotted)));
    renameSync(`${file}.new`, file);
  };
  const allot = (nodeRoot: string, wanted: number): readonly string[] => {
    const given = allotted.get(nodeRoot);
    if (given !== undefined || wanted === 0 || found.length === 0) return given ?? [];
    const taken = new Set([...allotted.values()].flat());
    const free = found.filter((id) => !taken.has(id)).slice(0, wanted);
    allotted.set(nodeRoot, free);
    write();
    return free;
  };
  return {
    environmentOf(nodeRoot, vmSize) {
      const wanted = gpusOfSize(vmSize);
      const given = allot(nodeRoot, wanted).join(",");
      return {
        BATCHAI_NODE_GPUS: given,
        ...(wanted === 0 ? {} : { BATCHAI_NODE_GPUS_OF_SIZE: String(wanted) }),
        // Also for nodes without: they are not to see those of others.
        ...(found.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: given }),
      };
    },
    giveBack(nodeRoot) {
      if (allotted.delete(nodeRoot)) write();
    },
  };
}

function read(file: string): Record<string, string[]> {
  try {
    return Allotments.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {}; // not there yet
  }
}
