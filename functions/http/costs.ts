// What a workspace costs: `GET …/workspaces/{workspace}/costs`, which the API of 2018 did not have.
import { costReport } from "../../application/costs/report.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { checkGroupName, checkResourceName } from "../../domain/shared/names.ts";
import { costGroupings } from "../../domain/usage/wire.ts";
import type { CostGrouping } from "../../domain/usage/wire.ts";
import type { Operation } from "./lib/operation.ts";
import { ownOperations } from "./lib/own-operation.ts";
import { wholeParameter } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { timeParameter } from "./lib/time-parameter.ts";

const operation = ownOperations("costs", `${routeOf("workspace")}/costs`);

export const costOperations: readonly Operation[] = [
  operation("get", "GET", "", "reader", async (request, services) => {
    const { clock, settings } = services;
    const location = request.query("location") ?? "";
    const question = {
      ...periodOf(request, clock.now()),
      groupBy: groupingOf(request),
      experiment: experimentOf(request),
      location: location === "" ? settings.location : checkGroupName("location", location),
      top: wholeParameter(request, "top", { least: 1, most: 1000, otherwise: 100 }),
    };
    return ok(await costReport(services, requestedRef(request, "workspace"), question));
  }),
];

/** What has not happened yet costs nothing yet. */
function periodOf(request: ApiRequest, now: number) {
  const moment = (name: string) => {
    const time = timeParameter(request, name);
    return time === undefined ? undefined : Date.parse(time);
  };
  const since = moment("since");
  const until = Math.min(now, moment("until") ?? now);
  if (since === undefined || since < until) return { since, until };
  throw refusal("since", "expected a time before until, and before now");
}

function groupingOf(request: ApiRequest): CostGrouping {
  const text = request.query("groupby") ?? "";
  const found = costGroupings.find((one) => one === text.toLowerCase());
  if (found !== undefined) return found;
  if (text === "") return "experiment";
  throw refusal("groupBy", `expected one of ${costGroupings.join(", ")}, got '${text.slice(0, 40)}'`);
}

function experimentOf(request: ApiRequest): string | undefined {
  const name = request.query("experiment") ?? "";
  return name === "" ? undefined : checkResourceName("experiment", name);
}

const refusal = (target: string, message: string) =>
  new AppError("InvalidQueryParameter", `${target}: ${message}.`, { target });
