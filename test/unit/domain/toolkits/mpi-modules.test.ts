// MPI as Azure's HPC images have it: below /opt, on no PATH, loaded by environment modules. A folder stands for such a machine.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mpiCommand } from "../../../../domain/toolkits/mpi.ts";

let machine: string;
const tools = () => join(machine, "tools");
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "batchai-modules-"));
  // This machine may have an mpirun of its own beside the tools that every node has.
  mkdirSync(tools());
  for (const tool of ["sh", "awk"])
    symlinkSync(
      ["/bin", "/usr/bin"].map((folder) => join(folder, tool)).find(existsSync) ?? "",
      join(tools(), tool),
    );
});
afterEach(() => rmSync(machine, { recursive: true, force: true }));

function place(path: string, text: string): void {
  const file = join(machine, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** `module load NAME` puts /opt/NAME/bin on the PATH when there is such a modulefile, and fails otherwise. */
function install(version: string, ...modules: readonly string[]): void {
  place(
    "etc/profile.d/modules.sh",
    `module() { [ -f "${machine}/usr/share/modules/modulefiles/$2" ] || { echo "no module $2" >&2; return 1; }
PATH=${machine}/opt/$2/bin:$PATH; LD_LIBRARY_PATH=${machine}/opt/$2/lib; export PATH LD_LIBRARY_PATH; }\n`,
  );
  for (const name of modules) {
    place(`usr/share/modules/modulefiles/${name}`, "#%Module\n");
    place(
      `opt/${name}/bin/mpirun`,
      `#!/bin/sh\n[ "$1" = --version ] && { echo "${version}"; exit; }\necho "$0 $*"\n`,
    );
  }
}

function start(path: string) {
  const context = {
    nodeCount: 2,
    gpusPerNode: 0,
    hasInfiniBand: false,
    rendezvousPort: 1,
    hasSharedTemp: false,
  };
  const host = {
    AZ_BATCHAI_MPI_MASTER_NODE: "10.0.0.4",
    AZ_BATCHAI_MPI_HOST_FILE: "hosts",
    AZ_BATCH_HOST_LIST: "10.0.0.4,10.0.0.5",
  };
  return spawnSync("/bin/sh", ["-c", mpiCommand("true", 4, context)], {
    encoding: "utf8",
    env: { PATH: path, BATCHAI_NODE_FILES: machine, AZ_BATCHAI_ENTER: "/enter", ...host },
  });
}

it.each([
  ["mpi/hpcx", "mpirun (Open MPI) 4.1.7a1", ["mpi/hpcx", "mpi/openmpi", "mpi/impi"]],
  ["mpi/openmpi", "mpirun (Open MPI) 5.0.2", ["mpi/openmpi", "mpi/impi"]],
  ["mpi/impi", "Intel(R) MPI Library for Linux* OS, Version 2021.13", ["mpi/impi"]],
])("%s is loaded when no mpirun is on the PATH, and called by its whole path", (name, version, modules) => {
  install(version, ...modules);
  const { stdout, stderr, status } = start(tools());
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toMatch(new RegExp(`^${machine}/opt/${name}/bin/mpirun `));
  expect(stdout).toContain("/enter");
  if (name !== "mpi/impi") expect(stdout).toContain("-x LD_LIBRARY_PATH");
});

it("no module is loaded over an mpirun that is on the PATH", () => {
  install("mpirun (Open MPI) 4.1.7a1", "mpi/hpcx");
  place(
    "usr/local/bin/mpirun",
    '#!/bin/sh\n[ "$1" = --version ] && { echo "mpirun (Open MPI) 4.1.4"; exit; }\necho "own $*"\n',
  );
  expect(start(`${machine}/usr/local/bin:${tools()}`).stdout).toMatch(/^own --allow-run-as-root/);
});

it("a node with neither says what to do", () => {
  const { stderr, status } = start(tools());
  expect(status).toBe(127);
  expect(stderr).toMatch(/mpirun is not on the first node: install MPI in jobPreparation.*mpi\/hpcx/);
});
