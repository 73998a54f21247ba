// What a sweep must satisfy as a whole; and the spec that follows from a request. Every problem is told with its field and
// what to do about it, all at once.
import { AppError } from "../shared/errors.ts";
import type { ErrorDetail } from "../shared/errors.ts";
import { budgetProblem } from "./budget.ts";
import { expressionProblems } from "../metric/output-metrics.ts";
import { algorithmProblems } from "./search/algorithm.ts";
import { spaceProblems } from "./search/space.ts";
import type { SearchSpace } from "./search/parameter.ts";
import type { Limits, SweepRequest, SweepSpec } from "./spec.ts";
import { policyProblem } from "./stopping/policy.ts";
import type { StoppingPolicy } from "./stopping/policy.ts";

type Properties = SweepRequest["properties"];

interface Problem {
  readonly path: string;
  readonly message: string;
}

const usualConcurrency = 4;

/**
 * @param about `seed` for a request that names none; `nodeCount` of the template.
 * @throws AppError InvalidRequest that names every field at fault.
 */
export function sweepSpec(
  { trial: _, stopping, algorithm, ...properties }: Properties,
  searchSpace: SearchSpace,
  about: { readonly seed: number; readonly nodeCount: number },
): SweepSpec {
  const { limits: asked, budget } = properties;
  const { maxConcurrentTrials = Math.min(usualConcurrency, asked.maxTrials) } = asked;
  const limits = { ...asked, maxConcurrentTrials };
  refuse([
    ...spaceIssues(searchSpace, algorithm),
    ...patternIssues(properties.metrics),
    ...limitIssues(limits),
    ...policyIssues(stopping, limits.maxTrials),
    ...(budget === undefined ? [] : within("budget", budgetProblem(budget, limits, about.nodeCount))),
  ]);
  const { maxTrials } = limits;
  const lag = algorithm.type === "tpe" ? algorithm.lag : undefined;
  return {
    searchSpace,
    objective: properties.objective,
    metrics: properties.metrics,
    presets: [...new Set(properties.presets)],
    algorithm: { ...algorithm, seed: algorithm.seed ?? about.seed },
    policies: [{ fromTrial: 0, ...(stopping === undefined ? {} : { policy: stopping }) }],
    limits,
    ...(budget === undefined ? {} : { budget }),
    ...(properties.reuse === true ? { reuse: true } : {}),
    lag: lag ?? Math.max(maxConcurrentTrials, Math.min(2 * maxConcurrentTrials, Math.floor(maxTrials / 4))),
    nodeCount: about.nodeCount,
  };
}

/** The rules that can be broken when a sweep is changed. @throws AppError InvalidRequest */
export function checkSpec({ limits, policies, budget, nodeCount }: SweepSpec): void {
  refuse([
    ...limitIssues(limits),
    ...policyIssues(policies.at(-1)?.policy, limits.maxTrials),
    ...(budget === undefined ? [] : within("budget", budgetProblem(budget, limits, nodeCount))),
  ]);
}

function spaceIssues(space: SearchSpace, algorithm: Properties["algorithm"]): readonly Problem[] {
  const own = spaceProblems(space);
  const found = own.length > 0 ? own : algorithmProblems(algorithm, space);
  return found.map(({ path, message }) => ({
    path: path === "" ? "searchSpace" : `searchSpace.${path}`,
    message,
  }));
}

function patternIssues(metrics: Properties["metrics"]): readonly Problem[] {
  return expressionProblems(metrics).map(({ path, message }) => ({ path: `metrics${path}`, message }));
}

function limitIssues({ maxTrials, maxConcurrentTrials, maxFailedTrials }: Limits): readonly Problem[] {
  if (maxFailedTrials !== undefined && maxFailedTrials > maxTrials)
    return [
      {
        path: "limits.maxFailedTrials",
        message: `is ${maxFailedTrials}, more than maxTrials (${maxTrials}): it could never be reached; lower it or leave it out`,
      },
    ];
  if (maxConcurrentTrials <= maxTrials) return [];
  return [
    {
      path: "limits.maxConcurrentTrials",
      message: `is ${maxConcurrentTrials}, more than maxTrials (${maxTrials}); lower it`,
    },
  ];
}

function policyIssues(policy: StoppingPolicy | undefined, maxTrials: number): readonly Problem[] {
  return policy === undefined ? [] : within("stopping", policyProblem(policy, maxTrials));
}

function within(field: string, problem: Problem | undefined): readonly Problem[] {
  if (problem === undefined) return [];
  return [{ path: problem.path === "" ? field : `${field}.${problem.path}`, message: problem.message }];
}

function refuse(problems: readonly Problem[]): void {
  const details = problems.map(({ path, message }): ErrorDetail => ({
    code: "InvalidRequest",
    message: `properties.${path}: ${message}`,
    target: `properties.${path}`,
  }));
  const [first] = details;
  if (first === undefined) return;
  throw new AppError("InvalidRequest", details.map(({ message }) => message).join("; "), {
    ...(first.target === undefined ? {} : { target: first.target }),
    details: details.length > 1 ? details : [],
  });
}
