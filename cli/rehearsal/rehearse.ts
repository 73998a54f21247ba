// Runs a program once undisturbed, and once more under kills: every other one in the middle of writing a checkpoint, the others at any
// moment. The moments follow from the seed and from how long things took undisturbed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Point, RehearsedAttempt } from "../../domain/rehearsal/verdict.ts";
import { checkpointsOf, startAttempt } from "./run-attempt.ts";
import type { AttemptPlace } from "./run-attempt.ts";
import { isEmptyFolder, watchFolder } from "./watched-folder.ts";

export interface Rehearsal {
  readonly undisturbed: readonly Point[];
  readonly attempts: readonly RehearsedAttempt[];
  /** Seconds; undefined where no checkpoint was seen. */
  readonly checkpointCost: number | undefined;
  /** Seconds of the undisturbed run. */
  readonly took: number;
}

export interface RehearsalPlan extends AttemptPlace {
  readonly kills: number;
  readonly seed: number;
  readonly limitMs: number;
  readonly now: () => number;
}

/** @returns undefined where the undisturbed run failed, with its exit code in `failed`. */
export async function rehearseProgram(plan: RehearsalPlan): Promise<Rehearsal | { readonly failed: number }> {
  const whole = { ...plan, folder: join(plan.folder, "undisturbed") };
  mkdirSync(checkpointsOf(whole.folder), { recursive: true });
  const began = plan.now();
  const watched = watchFolder(checkpointsOf(whole.folder), plan.now);
  const { exitCode = 137, points } = await startAttempt(whole, 1, plan.limitMs).ended.finally(watched.stop);
  const tookMs = plan.now() - began;
  if (exitCode !== 0) return { failed: exitCode };
  const costMs = median(watched.tookMs);
  return {
    undisturbed: points,
    attempts: await underKills(plan, tookMs, costMs ?? 0),
    checkpointCost: costMs === undefined ? undefined : costMs / 1000,
    took: tookMs / 1000,
  };
}

async function underKills(plan: RehearsalPlan, tookMs: number, costMs: number): Promise<RehearsedAttempt[]> {
  const place = { ...plan, folder: join(plan.folder, "disturbed") };
  const folder = checkpointsOf(place.folder);
  mkdirSync(folder, { recursive: true });
  const random = generator(plan.seed);
  const attempts: RehearsedAttempt[] = [];
  for (let number = 1; ; number += 1) {
    const foundSomething = !isEmptyFolder(folder);
    const running = startAttempt(place, number, plan.limitMs);
    const disarm =
      number > plan.kills
        ? () => undefined
        : number % 2 === 1 && costMs > 0
          ? killInWriting(plan, folder, running.kill, random() * costMs * 0.5)
          : killAfter(running.kill, tookMs * (0.2 + 0.4 * random()));
    const { exitCode, points } = await running.ended.finally(disarm);
    attempts.push({ number, points, foundSomething, ...(exitCode === undefined ? {} : { exitCode }) });
    if (exitCode !== undefined) return attempts;
  }
}

/** The second writing of an attempt, so that there is something before it. */
function killInWriting(plan: RehearsalPlan, folder: string, kill: () => void, delayMs: number): () => void {
  const watched = watchFolder(folder, plan.now);
  let writings = 0;
  let cancel = () => undefined as void;
  watched.onWriting = () => {
    writings += 1;
    if (writings === 2) cancel = killAfter(kill, delayMs);
  };
  return () => {
    watched.stop();
    cancel();
  };
}

function killAfter(kill: () => void, ms: number): () => void {
  const timer = setTimeout(kill, ms);
  return () => clearTimeout(timer);
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Numbers from 0 to 1 that follow from the seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
