// What the launcher costs: a job whose command does nothing, against the same command run directly by the same shell, in
// turns, so that a busy machine slows both. Run: npm run bench -- node
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderPlan } from "../../domain/launch/render.ts";
import type { LaunchPlan } from "../../domain/launch/plan.ts";
import { launcher } from "../../node/launcher.ts";

const rounds = Number(process.argv[2] ?? 60);
const root = mkdtempSync(join(tmpdir(), "bench-launcher-"));

const plan = (storage: "share" | "blob"): LaunchPlan => ({
  version: 1,
  job: {
    guid: "33333333-3333-3333-3333-333333333333",
    attempt: 1,
    workspace: "w",
    experiment: "e",
    name: "j",
  },
  nodeCount: 1,
  environment: [{ name: "A", value: "b" }],
  secrets: [],
  mounts: [],
  inputs: [],
  outputs: [{ id: "MODEL", path: "$AZ_BATCHAI_MOUNT_ROOT/out/model", storage: "share" }],
  stdouterr: { path: "$AZ_BATCHAI_MOUNT_ROOT/out/stdouterr", storage },
  checkpoints: { path: "$AZ_BATCHAI_MOUNT_ROOT/out/checkpoints", storage },
  sharedTemp: "$AZ_BATCHAI_JOB_TEMP/shared",
  endpoints: [],
  processes: [
    {
      node: 0,
      role: "command",
      index: 0,
      command: "true",
      environment: {},
      ends: "required",
      main: true,
      stdout: "stdout.txt",
      stderr: "stderr.txt",
    },
  ],
});

function timed(program: string, args: readonly string[], environment: Record<string, string>): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    env: environment,
    cwd: join(root, "wd"),
    encoding: "utf8",
  });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} exited with ${status}: ${stderr}`);
  return took;
}

const quantile = (times: readonly number[], at: number) =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * at)] ?? 0;

const environment = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  AZ_BATCH_NODE_ID: "tvm",
  AZ_BATCH_NODE_ROOT_DIR: root,
  AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
  AZ_BATCH_NODE_MOUNTS_DIR: join(root, "fsmounts"),
  AZ_BATCH_TASK_WORKING_DIR: join(root, "wd"),
};
for (const folder of ["wd", "shared", "fsmounts/out"]) mkdirSync(join(root, folder), { recursive: true });
writeFileSync(join(root, "wd/launch.sh"), launcher);

const shells = ["/bin/sh", "/bin/bash"].filter(
  (shell, index, all) =>
    existsSync(shell) && all.findIndex((other) => realpathSync(other) === realpathSync(shell)) === index,
);
console.log("shell       logs     launcher p50   p95    command alone p50   overhead p50");
for (const shell of shells) {
  for (const storage of ["share", "blob"] as const) {
    writeFileSync(join(root, "wd/launch-plan"), renderPlan(plan(storage)));
    const launched: number[] = [];
    const alone: number[] = [];
    for (let round = 0; round < rounds; round++) {
      alone.push(timed(shell, ["-c", "true"], environment));
      launched.push(timed(shell, ["launch.sh", "run"], environment));
    }
    const ms = (value: number) => value.toFixed(1).padStart(6);
    const [p50, p95, base] = [quantile(launched, 0.5), quantile(launched, 0.95), quantile(alone, 0.5)];
    console.log(
      `${shell.padEnd(11)} ${storage.padEnd(8)} ${ms(p50)} ms ${ms(p95)} ms ${ms(base)} ms ${ms(p50 - base)} ms`,
    );
  }
}
rmSync(root, { recursive: true, force: true });
