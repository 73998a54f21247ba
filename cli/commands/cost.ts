// `batchai cost`: what the jobs of a workspace used, what the nodes of its clusters were there for, and what both come to by the prices that the
// service knows; one call, however many jobs there are.
import { money } from "../../domain/price/cost.ts";
import { costGroupings } from "../../domain/usage/wire.ts";
import type { CostGrouping, CostReportResponse } from "../../domain/usage/wire.ts";
import { command } from "../command.ts";
import { notify } from "../hints.ts";
import { parsed, text } from "../options.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { inExperiment, openService, workspaceRef } from "../service.ts";
import { isoOf, moment } from "../time-option.ts";

type Cost = CostReportResponse["total"];
type NodeCost = CostReportResponse["nodes"]["value"][number];

interface Row extends Cost {
  readonly name: string;
  /** Of the cluster, whether jobs used them or not. */
  readonly nodes?: NodeCost;
}

type Amounts = Cost["amounts"];
const amountText = (amounts: Amounts) =>
  amounts.map(({ amount, currency }) => money(amount, currency)).join(" + ");

const columns: Columns<Row> = [
  ["Name", ({ name }) => name],
  ["Jobs", ({ jobs }) => jobs],
  ["Node-hours", ({ nodeHours }) => nodeHours],
  ["Of these interrupted", ({ interruptedNodeHours }) => interruptedNodeHours],
  ["In vain at most", ({ lostNodeHours }) => lostNodeHours],
  ["Attempts not counted", ({ attemptsNotCounted }) => attemptsNotCounted],
  ["Cost", ({ amounts }) => amountText(amounts)],
  ["Node-hours without a price", ({ nodeHoursWithoutPrice }) => nodeHoursWithoutPrice],
];
const nodeColumns: Columns<Row> = [
  ["Idle nodes now", ({ nodes }) => nodes?.idleNodes],
  ["Hours of its nodes", ({ nodes }) => nodes?.nodeHours],
  ["Idle hours", ({ nodes }) => nodes?.idleNodeHours],
  ["Cost of its nodes", ({ nodes }) => nodes && amountText(nodes.amounts)],
  ["Idle cost", ({ nodes }) => nodes && amountText(nodes.idleAmounts)],
];

export const cost = command({
  examples: [
    "cost -w lab",
    "cost -w lab --by user --since 30d",
    "cost -w lab --by cluster --region eastus",
    "cost -w lab --since 2026-11-01 --until 2026-12-01",
  ],
  options: {
    ...inExperiment,
    by: parsed("--by <what>", `${costGroupings.join(", ")} (default: experiment)`, groupingOf),
    since: moment("--since <time>", "what was used from then on"),
    until: moment("--until <time>", "what was used before then"),
    region: text(
      "--region <region>",
      "whose prices are taken (default: the service's, or $BATCHAI_LOCATION)",
    ),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const groupBy = given.by ?? "experiment";
    const now = context.now();
    const { since, until } = given;
    const report = await service.client.costs(workspaceRef(service, given), {
      groupBy,
      since: since && isoOf(since, now),
      until: until && isoOf(until, now),
      experiment: given.experiment ?? service.environment["BATCHAI_EXPERIMENT"],
      location: given.region ?? service.location,
      top: 1000,
    });
    const rows = groupBy === "cluster" ? withNodes(report) : rowsOf(report);
    await printAll(rows, groupBy === "cluster" ? [...columns, ...nodeColumns] : columns, given, context);
    for (const line of messagesOf(report)) notify(context, line);
  },
});

function rowsOf({ value, others }: CostReportResponse): readonly Row[] {
  return others === undefined ? value : [...value, { name: `${others.groups} others`, ...others }];
}

/** Clusters that no job used, too. */
function withNodes(report: CostReportResponse): readonly Row[] {
  const nodes = new Map(report.nodes.value.map((one) => [one.name.toLowerCase(), one]));
  const rows = rowsOf(report).map((row): Row => {
    const found = nodes.get(row.name.toLowerCase());
    nodes.delete(row.name.toLowerCase());
    return found === undefined ? row : { ...row, nodes: found };
  });
  return [...rows, ...[...nodes.values()].map((one): Row => ({ name: one.name, ...nothing, nodes: one }))];
}

const nothing: Cost = {
  ...{ jobs: 0, nodeHours: 0, interruptedNodeHours: 0, lostNodeHours: 0, attemptsNotCounted: 0 },
  ...{ amounts: [], lostAmounts: [], nodeHoursWithoutPrice: 0 },
};

/** What the rows do not say. */
function messagesOf({ location, prices, nodes }: CostReportResponse): readonly string[] {
  const days = [...new Set(prices.map(({ collectedOn }) => collectedOn))].toSorted();
  const priced =
    days.length === 0
      ? `No price of these machines in ${location} is known: see batchai prices.`
      : `List prices of ${location} of ${days.join(" and ")}.`;
  const { nodeHours, idleNodeHours, idleAmounts } = nodes.total;
  const idle = idleAmounts.length === 0 ? "" : ` (${amountText(idleAmounts)})`;
  return [
    `${priced} Jobs that were deleted are not counted.`,
    `Nodes of all clusters were there for ${nodeHours} hours, ${idleNodeHours} of them idle${idle}.`,
  ];
}

function groupingOf(text: string): CostGrouping {
  const found = costGroupings.find((grouping) => grouping === text);
  if (found === undefined) throw new Error(`It takes ${costGroupings.join(", ")}.`);
  return found;
}
