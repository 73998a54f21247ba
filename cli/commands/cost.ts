// `batchai cost`: node-hours of the jobs that are there, and what they cost by the prices that the service knows. The service keeps no
// record of how many nodes a cluster had: hours in which nodes were idle are not known, only how many are idle now.
import { all } from "../../client/paging.ts";
import { spelledSize } from "../../domain/cluster/vm-size.ts";
import { money } from "../../domain/price/cost.ts";
import type { PriceResponse } from "../../domain/price/wire.ts";
import { costsOf } from "../../domain/usage/cost.ts";
import type { Cost, UsedBy } from "../../domain/usage/cost.ts";
import { command } from "../command.ts";
import { notify } from "../hints.ts";
import { jobsOf } from "../jobs-of.ts";
import { parsed, text } from "../options.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { inExperiment, openService, workspaceRef } from "../service.ts";
import type { Service } from "../service.ts";
import { moment } from "../time-option.ts";
import { groupings, usedTime } from "../used-time.ts";
import type { Grouping } from "../used-time.ts";

interface Row extends Cost {
  readonly idleNodes?: number;
}

const columns: Columns<Row> = [
  ["Name", ({ name }) => name],
  ["Jobs", ({ jobs }) => jobs],
  ["Node-hours", ({ nodeHours }) => nodeHours],
  ["Of these interrupted", ({ interruptedNodeHours }) => interruptedNodeHours],
  ["Attempts not counted", ({ attemptsNotCounted }) => attemptsNotCounted],
];
const idleColumn: Columns<Row> = [["Idle nodes now", ({ idleNodes }) => idleNodes]];
const pricedColumns: Columns<Row> = [
  ["Cost", ({ amounts }) => amounts.map(({ amount, currency }) => money(amount, currency)).join(" + ")],
  ["Node-hours without a price", ({ nodeHoursWithoutPrice }) => nodeHoursWithoutPrice],
];

export const cost = command({
  examples: ["cost -w lab", "cost -w lab --by user --since 30d", "cost -w lab --by cluster --region eastus"],
  options: {
    ...inExperiment,
    by: parsed("--by <what>", `${groupings.join(", ")} (default: experiment)`, groupingOf),
    since: moment("--since <time>", "what was used from then on"),
    region: text(
      "--region <region>",
      "whose prices are taken (default: the service's, or $BATCHAI_LOCATION)",
    ),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const by = given.by ?? "experiment";
    const period = { from: given.since?.(context.now()) ?? -Infinity, to: context.now() };
    const jobs = (await jobsOf(service, given)).filter(({ properties: { executionInfo } }) => {
      const end = executionInfo?.endTime;
      return end === undefined || Date.parse(end) >= period.from;
    });
    const used = await usedTime(service.client, jobs, by);
    const region = given.region ?? service.location;
    const costs = costsOf(used, period, region === undefined ? [] : await pricesOf(service, region, used));
    const rows = by === "cluster" ? await withIdle(costs, service, given) : costs;
    const shown = [
      ...columns,
      ...(by === "cluster" ? idleColumn : []),
      ...(region === undefined ? [] : pricedColumns),
    ];
    await printAll(rows, shown, given, context);
    notify(
      context,
      region === undefined
        ? "Prices are those of a region: name it with --region. Jobs that were deleted are not counted."
        : `List prices of ${region}: batchai prices tells their day and source. Jobs that were deleted are not counted.`,
    );
  },
});

async function pricesOf(
  { client, subscriptionId }: Service,
  region: string,
  used: readonly UsedBy[],
): Promise<PriceResponse[]> {
  const sizes = used.flatMap(({ machine }) => (machine === undefined ? [] : [spelledSize(machine.vmSize)]));
  return sizes.length === 0 ? [] : all(client.prices(subscriptionId, region, [...new Set(sizes)]));
}

/** Clusters whose nodes did nothing, too. */
async function withIdle(
  costs: readonly Cost[],
  service: Service,
  given: { readonly workspace: string | undefined },
): Promise<Row[]> {
  const clusters = await all(service.client.clusters.list(workspaceRef(service, given)));
  const idle = new Map(
    clusters.map(({ name, properties }) => [name, properties.nodeStateCounts.idleNodeCount]),
  );
  const known = costs.map((row): Row => {
    const idleNodes = idle.get(row.name);
    return idleNodes === undefined ? row : { ...row, idleNodes };
  });
  const others = [...idle].filter(([name]) => costs.every((row) => row.name !== name));
  const nothing = {
    ...{ jobs: 0, nodeHours: 0, interruptedNodeHours: 0, attemptsNotCounted: 0 },
    ...{ amounts: [], nodeHoursWithoutPrice: 0 },
  };
  return [...known, ...others.map(([name, idleNodes]): Row => ({ name, ...nothing, idleNodes }))];
}

function groupingOf(text: string): Grouping {
  const found = groupings.find((grouping) => grouping === text);
  if (found === undefined) throw new Error(`It takes ${groupings.join(", ")}.`);
  return found;
}
