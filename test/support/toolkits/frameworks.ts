// Which real frameworks this machine has: Debian's packages and the virtual environments that scripts/install-test-tools.sh
// makes. A test that needs one that is missing skips, and its title says so.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testTools } from "../test-tools.ts";

export type Framework = "torch" | "mpi4py" | "tensorflow" | "chainer" | "horovod" | "openmpi5" | "intel-mpi";

/** The PATH that emulated nodes have. */
const nodePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function systemPythonHas(module: string): boolean {
  return spawnSync("python3", ["-c", `import ${module}`], { env: { PATH: nodePath } }).status === 0;
}

const hasMpi = () => existsSync("/usr/bin/mpirun") && systemPythonHas("mpi4py");

/** Folder of the virtual environment that has it. */
export const environmentOf = (framework: Framework) => join(testTools, framework);
export const pythonOf = (framework: Framework) => join(environmentOf(framework), "bin", "python");

const ready = (framework: Framework) => existsSync(join(environmentOf(framework), "ready"));

const present: Readonly<Record<Framework, () => boolean>> = {
  torch: () => systemPythonHas("torch"),
  mpi4py: hasMpi,
  tensorflow: () => ready("tensorflow"),
  chainer: () => ready("chainer") && hasMpi(),
  horovod: () => ready("horovod") && hasMpi(),
  openmpi5: () => ready("openmpi5"),
  "intel-mpi": () => ready("intel-mpi"),
};

/** Empty when everything is there; else the words that a skipped test's title carries. */
export function missing(...frameworks: readonly Framework[]): string {
  const absent = frameworks.filter((framework) => !present[framework]());
  return absent.length === 0
    ? ""
    : ` (skipped: no ${absent.join(", ")} here, see scripts/install-test-tools.sh)`;
}
