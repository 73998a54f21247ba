// `batchai estimate`: what a deployment costs a month with no nodes, and what a job adds to it, from the committed table of prices. Asks no
// service.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { money } from "../../domain/price/cost.ts";
import { estimateDeployment } from "../../domain/price/deployment.ts";
import type { EstimateLine } from "../../domain/price/deployment.ts";
import { laidOver, ServicePriceTable } from "../../domain/price/services.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { amount, flag, text, wholeNumber } from "../options.ts";
import type { Columns } from "../output/print.ts";
import { printing, printParts } from "../output/print.ts";

/** A line, or a sum of lines. */
type Row = Pick<EstimateLine, "what" | "amount" | "currency"> & Partial<EstimateLine>;

const rounded = (quantity: number | undefined) =>
  quantity === undefined ? undefined : Number(quantity.toPrecision(4));
const columns: Columns<Row> = [
  ["What", ({ what }) => what],
  ["Quantity", ({ quantity }) => rounded(quantity)],
  ["Unit", ({ unit }) => unit],
  ["Free", ({ free }) => rounded(free)],
  ["A Unit", ({ price }) => price?.toFixed(9).replace(/\.?0+$/, "")],
  ["A Month", ({ amount: paid, currency }) => money(paid, currency)],
  ["Region", ({ location }) => location],
  [
    "Price Of",
    ({ source, collectedOn }) => (source === undefined ? undefined : (collectedOn ?? "no day recorded")),
  ],
];

export const estimate = command({
  examples: [
    "estimate",
    "estimate --isolated --jobs 1000 --busy-hours 200",
    "estimate --prices ours.json -o json",
  ],
  options: {
    jobs: wholeNumber("--jobs <number>", "jobs a month", 0),
    busyHours: amount(
      "--busy-hours <hours>",
      "hours a month in which a cluster runs jobs, over all clusters",
      0,
    ),
    triggerInterval: wholeNumber(
      "--trigger-interval <seconds>",
      "BATCHAI_TRIGGER_INTERVAL_S; 0 where that timer is disabled",
      15,
    ),
    alwaysReady: wholeNumber("--always-ready <instances>", "BATCHAI_ALWAYS_READY", 0),
    isolated: flag("--isolated", "with a virtual network and private endpoints (BATCHAI_ISOLATED)"),
    logs: amount("--logs <gigabytes>", "what the app writes to logs a month", 1),
    outbound: amount("--outbound <gigabytes>", "through the NAT gateway a month, with --isolated", 0),
    prices: text("--prices <file>", "your own prices by meter, laid over the committed ones"),
    ...printing,
  },
  async run(given, context) {
    const estimated = estimateDeployment(tableOf(given.prices, context.directory), {
      triggerSeconds: given.triggerInterval,
      alwaysReady: given.alwaysReady,
      isIsolated: given.isolated,
      jobs: given.jobs,
      busyHours: given.busyHours,
      logGb: given.logs,
      outGb: given.outbound,
    });
    const { currency, lines, month, idleMonth, job } = estimated;
    const sums = [
      { what: "all of it", amount: month },
      { what: "of it without any job", amount: idleMonth },
      { what: "one job more, beyond what is free, without nodes", amount: job },
    ];
    const parts = [...lines, ...sums.map((one) => ({ ...one, currency }))];
    await printParts(estimated, { parts, columns }, given, context);
  },
});

function tableOf(file: string | undefined, directory: string): ServicePriceTable {
  if (file === undefined) return laidOver(undefined);
  try {
    const own = ServicePriceTable.safeParse(JSON.parse(readFileSync(resolve(directory, file), "utf8")));
    const [issue] = own.error?.issues ?? [];
    if (own.data !== undefined) return laidOver(own.data);
    throw new Error(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  } catch (error) {
    throw usageError(`--prices ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
