// What a sweep would do, before anything is paid: its first suggestions, and what it would take and cost.
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import type { Expectations } from "../../domain/sweep/expectations.ts";
import { forecast, forecastProblem } from "../../domain/sweep/forecast.ts";
import { previewOf } from "../../domain/sweep/preview.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { SweepRequest } from "../../domain/sweep/spec.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { existing } from "../existing.ts";
import { delaysOnCluster, measuredOf } from "./delays.ts";
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
  const sweep =
    asked.request === undefined
      ? await existing(services, ref)
      : await preparedSweep(services, caller.who, ref, asked.request);
  return {
    ...previewOf(sweep.spec, asked.count),
    ...(asked.expected === undefined
      ? {}
      : { forecast: await foretold(services, ref, sweep, asked.expected) }),
  };
}

async function foretold(
  services: Services,
  ref: SweepRef,
  { spec, template }: Pick<SweepDocument, "spec" | "template">,
  expected: Expectations,
) {
  const problem = forecastProblem(spec, expected);
  if (problem !== undefined)
    throw new AppError("InvalidRequest", `forecast: ${problem}`, { target: "forecast" });
  if (expected.trialDuration !== undefined || expected.trialDurations !== undefined) {
    const isTold = expected.startDelay !== undefined;
    return forecast(spec, expected, isTold ? undefined : await delaysOnCluster(services, ref, template));
  }
  const before = await services.state.sweeps.get(ref);
  const known = before === undefined ? undefined : await measuredOf(services, before);
  if (known !== undefined) return forecast(spec, expected, known);
  const target = "forecast.trialDuration";
  const reason = `is needed: no trial of a sweep '${ref.sweep}' has ended by itself, so that none can be measured`;
  throw new AppError("InvalidRequest", `${target}: ${reason}`, { target });
}
