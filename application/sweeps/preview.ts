// What a sweep would do, before anything is paid: its first suggestions, and what it would take and cost.
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import type { Expectations } from "../../domain/sweep/expectations.ts";
import { forecast, forecastProblem } from "../../domain/sweep/forecast.ts";
import { measured } from "../../domain/sweep/measured.ts";
import type { Measured } from "../../domain/sweep/measured.ts";
import { previewOf } from "../../domain/sweep/preview.ts";
import type { SweepRequest, SweepSpec } from "../../domain/sweep/spec.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { existing } from "../existing.ts";
import { preparedSweep } from "./request.ts";

/** @param request absent: of the sweep as it is. @throws AppError InvalidRequest for a forecast that lacks something, or would take too long. */
export async function previewSweep(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  asked: {
    readonly request?: SweepRequest | undefined;
    readonly count: number;
    readonly expected?: Expectations | undefined;
  },
) {
  const spec =
    asked.request === undefined
      ? (await existing(services, ref)).spec
      : (await preparedSweep(services, caller.who, ref, asked.request)).spec;
  return {
    ...previewOf(spec, asked.count),
    ...(asked.expected === undefined
      ? {}
      : { forecast: await foretold(services, ref, spec, asked.expected) }),
  };
}

async function foretold(services: Services, ref: SweepRef, spec: SweepSpec, expected: Expectations) {
  const problem = forecastProblem(spec, expected);
  if (problem !== undefined)
    throw new AppError("InvalidRequest", `forecast: ${problem}`, { target: "forecast" });
  if (expected.trialDuration !== undefined || expected.trialDurations !== undefined)
    return forecast(spec, expected);
  const before = await measuredBefore(services, ref);
  if (before !== undefined) return forecast(spec, expected, before);
  const target = "forecast.trialDuration";
  const reason = `is needed: no trial of a sweep '${ref.sweep}' has ended by itself, so that none can be measured`;
  throw new AppError("InvalidRequest", `${target}: ${reason}`, { target });
}

async function measuredBefore(services: Services, ref: SweepRef): Promise<Measured | undefined> {
  const sweep = await services.state.sweeps.get(ref);
  if (sweep === undefined) return undefined;
  const stored = await services.sweepRecords.read(sweep.guid);
  return measured(sweep.spec, stored?.record.trials ?? [], Date.parse(sweep.startTime));
}
