// Whether a program goes on correctly after it was killed: its metric, step by step, against a run that nobody disturbed. Each finding
// says what was seen and what mends it.

export interface Point {
  readonly step: number;
  readonly value: number;
}

export interface RehearsedAttempt {
  /** From 1. */
  readonly number: number;
  readonly points: readonly Point[];
  /** Absent: it was killed. */
  readonly exitCode?: number | undefined;
  /** Whether the folder for checkpoints held anything when it began. */
  readonly foundSomething: boolean;
}

export interface Finding {
  readonly fault:
    | "NothingReported"
    | "NotKilled"
    | "FailedOnResume"
    | "NoCheckpoint"
    | "StartedOver"
    | "StepsSkipped"
    | "CurveDiffers"
    | "StepsMissing"
    | "StepsBeyond";
  readonly says: string;
  readonly remedy: string;
}

/** @param tolerance how far a value may be off, of its size and at least of 1. */
export function findingsOf(
  undisturbed: readonly Point[],
  attempts: readonly RehearsedAttempt[],
  tolerance: number,
): readonly Finding[] {
  if (undisturbed.length === 0)
    return [
      {
        fault: "NothingReported",
        says: "The program reported no steps of the metric, so that nothing can be compared",
        remedy:
          'Append {"name": "loss", "value": 0.5, "step": 3} as a line to $AZ_BATCHAI_METRICS_FILE at each step.',
      },
    ];
  if (attempts.every(({ exitCode }) => exitCode !== undefined))
    return [
      {
        fault: "NotKilled",
        says: "The program was over before it could be killed",
        remedy: "Give it more steps, so that it takes some seconds.",
      },
    ];
  return [
    ...attempts.flatMap((attempt, at) => ofAttempt(attempt, attempts.slice(0, at))),
    ...ofCurve(undisturbed, attempts, tolerance),
  ];
}

function ofAttempt(attempt: RehearsedAttempt, before: readonly RehearsedAttempt[]): Finding[] {
  const { number, exitCode, foundSomething } = attempt;
  if (exitCode !== undefined && exitCode !== 0)
    return [
      {
        fault: "FailedOnResume",
        says: `Attempt ${number} ended with exit code ${exitCode} by itself: it cannot go on from what the one before left`,
        remedy:
          "Write checkpoints that are complete or absent: another name, flushed, renamed; see recipes/checkpoints.",
      },
    ];
  const reached = Math.max(-Infinity, ...before.flatMap(({ points }) => points.map(({ step }) => step)));
  const first = attempt.points[0]?.step;
  const begin = Math.min(Infinity, ...before.flatMap(({ points }) => points.map(({ step }) => step)));
  if (first === undefined || before.length === 0 || reached === -Infinity) return [];
  if (first <= begin && reached > begin) return [foundSomething ? startedOver(number) : noCheckpoint(number)];
  if (first > reached + 1)
    return [
      {
        fault: "StepsSkipped",
        says: `Attempt ${number} began with step ${first}, though no attempt had come further than step ${reached}`,
        remedy: "Save how many steps are done together with the state, and go on with the next.",
      },
    ];
  return [];
}

const startedOver = (number: number): Finding => ({
  fault: "StartedOver",
  says: `Attempt ${number} began with the first step, though there was something in $AZ_BATCHAI_CHECKPOINT_DIR`,
  remedy: "Read the newest complete checkpoint before the first step; where it is spoiled, the one before.",
});

const noCheckpoint = (number: number): Finding => ({
  fault: "NoCheckpoint",
  says: `Attempt ${number} began with the first step: nothing was in $AZ_BATCHAI_CHECKPOINT_DIR`,
  remedy: "Write a checkpoint there every few steps; see recipes/checkpoints.",
});

/** What was reported last of a step counts: a step that is done again after a kill is the same step. */
function ofCurve(
  undisturbed: readonly Point[],
  attempts: readonly RehearsedAttempt[],
  tolerance: number,
): Finding[] {
  const expected = new Map(undisturbed.map(({ step, value }) => [step, value]));
  const points = attempts.flatMap(({ points: of }) => of);
  const seen = new Set(points.map(({ step }) => step));
  const off = points.find(({ step, value }) => differs(expected.get(step), value, tolerance));
  const missing = undisturbed.find(({ step }) => !seen.has(step));
  const beyond = points.find(({ step }) => !expected.has(step));
  return [
    ...(off === undefined
      ? []
      : [
          {
            fault: "CurveDiffers" as const,
            says: `Step ${off.step} has the value ${off.value}; undisturbed it is ${expected.get(off.step)}`,
            remedy:
              "Save and load all that a step depends on: parameters, the optimizer's and the schedule's state, random numbers, the place in the data, the number of the step.",
          },
        ]),
    ...(missing === undefined
      ? []
      : [
          {
            fault: "StepsMissing" as const,
            says: `Step ${missing.step} was never done`,
            remedy: "Save how many steps are done together with the state, and go on with the next.",
          },
        ]),
    ...(beyond === undefined
      ? []
      : [
          {
            fault: "StepsBeyond" as const,
            says: `Step ${beyond.step} was done, which an undisturbed run has not`,
            remedy: "Count the steps of all attempts together: a later one has fewer to do.",
          },
        ]),
  ];
}

function differs(expected: number | undefined, value: number, tolerance: number): boolean {
  if (expected === undefined || Object.is(expected, value)) return false;
  return !(Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)));
}
