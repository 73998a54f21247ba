// What a job's container costs: a command of a given length as a job in a container and as a bare `run` of the engine, in turns,
// so that a busy machine slows both. Run: npm run bench -- node/container-overhead [rounds]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planLaunch } from "../../domain/launch/plan.ts";
import { renderPlan } from "../../domain/launch/render.ts";
import { launcher } from "../../node/launcher.ts";
import { findPodman } from "../../test/support/container-engines.ts";
import type { Podman } from "../../test/support/container-engines.ts";
import { job } from "../../test/unit/domain/samples.ts";

const rounds = Number(process.argv[2] ?? 20);
const lengths = ["0", "2"];
const target = 1.3;
const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const root = mkdtempSync(join(tmpdir(), "bench-container-"));
const path = `${join(root, "bin")}:/usr/local/bin:/usr/bin:/bin`;

const { podman, reason } = findPodman();
try {
  if (podman === undefined) print(`skipped: no container can run here (${reason})`);
  else for (const seconds of lengths) measure(podman, seconds);
} finally {
  podman?.dispose();
  rmSync(root, { recursive: true, force: true });
}

function measure({ command, runOptions, image }: Podman, seconds: string): void {
  prepareNode(command, runOptions, image, seconds);
  const [bare, launched]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(timed(`${command} run --rm ${runOptions} ${image} sleep ${seconds}`));
    clearNode(); // a job's first attempt: what another round left would be removed at its cost
    launched.push(timed("exec /bin/sh launch.sh run"));
  }
  const [alone, asJob] = [median(bare), median(launched)];
  const ratio = asJob / alone;
  print(
    `a command of ${seconds} s: bare run ${alone.toFixed(0)} ms, job in a container ${asJob.toFixed(0)} ms (+${(asJob - alone).toFixed(0)} ms, ${ratio.toFixed(2)}x; target ${target}x: ${ratio <= target ? "reached" : "missed"})`,
  );
}

/** A node that is a folder, with the launcher and the plan of the job in it. */
function prepareNode(command: string, runOptions: string, image: string, seconds: string): void {
  for (const folder of ["bin", "wd", "shared", "fsmounts/afs"])
    mkdirSync(join(root, folder), { recursive: true });
  const own = runOptions.replace("--network host", "");
  const engine = `#!/bin/sh\nif [ "$1" = run ]; then shift; exec ${command} run ${own} "$@"; fi\nexec ${command} "$@"\n`;
  writeFileSync(join(root, "bin/engine"), engine, { mode: 0o755 });
  const document = job({
    customToolkitSettings: { commandLine: `sleep ${seconds}` },
    containerSettings: { imageSourceRegistry: { image } },
  });
  writeFileSync(join(root, "wd/launch.sh"), launcher);
  writeFileSync(join(root, "wd/launch-plan"), renderPlan(planLaunch(document)));
}

function clearNode(): void {
  for (const folder of ["shared", "fsmounts/afs"]) {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
  }
}

function timed(commandLine: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync("/bin/sh", ["-c", commandLine], {
    cwd: join(root, "wd"),
    encoding: "utf8",
    env: {
      PATH: path,
      BATCHAI_CONTAINER_CLI: "engine",
      AZ_BATCH_NODE_ID: "tvm",
      AZ_BATCH_NODE_ROOT_DIR: root,
      AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
      AZ_BATCH_NODE_MOUNTS_DIR: join(root, "fsmounts"),
      AZ_BATCH_TASK_WORKING_DIR: join(root, "wd"),
    },
  });
  if (status !== 0) throw new Error(`${commandLine} exited with ${status}: ${stderr}`);
  return performance.now() - start;
}
