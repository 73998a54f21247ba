// One attempt of a program that is rehearsed: with the variables of a job, until it ends, is killed, or takes too long.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reportsInFile } from "../../domain/metric/reports.ts";
import type { Point } from "../../domain/rehearsal/verdict.ts";
import { CommandError } from "../failure.ts";

export interface AttemptPlace {
  /** Of one rehearsal: below it each attempt has a folder of its own, and all of them one for checkpoints. */
  readonly folder: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly program: readonly [string, ...string[]];
  readonly metric: string;
}

export interface RunningAttempt {
  /** All of its processes at once, as a node that is gone. */
  readonly kill: () => void;
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly points: readonly Point[] }>;
}

export const checkpointsOf = (folder: string): string => join(folder, "checkpoints");

export function startAttempt(place: AttemptPlace, number: number, limitMs: number): RunningAttempt {
  const own = join(place.folder, `attempt-${number}`);
  mkdirSync(own, { recursive: true });
  const metrics = join(own, "metrics.jsonl");
  const [program, ...args] = place.program;
  const child = spawn(program, args, {
    cwd: place.directory,
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...place.environment,
      AZ_BATCHAI_ATTEMPT: String(number),
      AZ_BATCHAI_CHECKPOINT_DIR: checkpointsOf(place.folder),
      AZ_BATCHAI_METRICS_FILE: metrics,
      AZ_BATCHAI_OUTPUTS_FILE: join(own, "outputs.jsonl"),
      AZ_BATCHAI_JOB_TEMP: own,
    },
  });
  let killed = false;
  const kill = () => {
    killed = true;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const ended = new Promise<number | undefined>((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, limitMs);
    child.once("error", (error) => reject(new CommandError(`${program} cannot be run: ${error.message}.`)));
    child.once("exit", (code) => {
      clearTimeout(timer);
      if (late) reject(new CommandError(tooLong(number, limitMs)));
      else resolve(killed ? undefined : (code ?? 137));
    });
  });
  return {
    kill,
    ended: ended.then((exitCode) => ({ exitCode, points: pointsIn(metrics, place.metric) })),
  };
}

const tooLong = (number: number, limitMs: number) =>
  `Attempt ${number} took longer than ${limitMs / 1000} seconds: rehearse with fewer steps, or allow more with --seconds.`;

function pointsIn(file: string, metric: string): readonly Point[] {
  if (!existsSync(file)) return [];
  const { reports } = reportsInFile(readFileSync(file, "utf8"), []);
  return reports.flatMap(({ name, value, step }) =>
    name === metric && step !== undefined ? [{ step, value }] : [],
  );
}
