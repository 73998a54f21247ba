// What a workspace costs, as clients see it.
import { z } from "zod";
import { PriceResponse } from "../price/wire.ts";
import { time } from "../shared/wire.ts";
import { interruptions } from "./cost.ts";

export const costGroupings = ["experiment", "cluster", "user", "job"] as const;
export type CostGrouping = (typeof costGroupings)[number];

const hours = z.number().min(0);
const count = z.int().min(0);
const amounts = z
  .array(z.looseObject({ amount: z.number().min(0), currency: z.string() }))
  .meta({ description: "One for each currency in which a price is known" });

const cost = {
  jobs: count,
  nodeHours: hours.meta({ description: "Nodes of attempts, while they ran" }),
  interruptedNodeHours: hours.meta({
    description: "Of attempts that ended because their nodes were taken or lost; part of nodeHours",
  }),
  lostNodeHours: hours.meta({
    description:
      "Of these, what was done in vain at most: since the last checkpoint that the job's spot policy promises, else all",
  }),
  attemptsNotCounted: count.meta({
    description: "Nobody saw their start, or they are no longer kept; in no node-hours",
  }),
  amounts,
  lostAmounts: amounts,
  nodeHoursWithoutPrice: hours,
};
const CostResponse = z.looseObject(cost).meta({ id: "Cost" });

const nodeCost = {
  nodeHours: hours,
  busyNodeHours: hours,
  idleNodeHours: hours,
  preparingNodeHours: hours,
  otherNodeHours: hours.meta({ description: "Unusable or leaving" }),
  amounts,
  idleAmounts: amounts,
  nodeHoursWithoutPrice: hours,
};
const NodeCostResponse = z.looseObject(nodeCost).meta({ id: "NodeCost" });

/** How many more there are, added up. */
const others = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject({ groups: count, ...shape }).optional();

export const CostReportResponse = z
  .looseObject({
    since: time().optional().meta({ description: "Absent: from the beginning" }),
    until: time(),
    groupBy: z.enum(costGroupings),
    experiment: z.string().optional(),
    location: z.string().meta({ description: "The region whose prices are taken" }),
    prices: z
      .array(PriceResponse)
      .meta({ description: "Those that were taken, each with its day and its source" }),
    total: CostResponse,
    value: z
      .array(z.looseObject({ name: z.string(), ...cost }))
      .meta({ description: "The dearest first, as many as were asked for" }),
    others: others(cost),
    interruptions: z.array(
      z.looseObject({
        cause: z.enum(interruptions),
        attempts: count,
        nodeHours: hours,
        lostNodeHours: hours,
      }),
    ),
    nodes: z
      .looseObject({
        since: time().optional().meta({ description: "From when on the nodes of every cluster are known" }),
        total: NodeCostResponse,
        value: z.array(
          z.looseObject({
            name: z.string(),
            vmSize: z.string(),
            vmPriority: z.enum(["dedicated", "lowpriority"]),
            idleNodes: count
              .optional()
              .meta({ description: "How many are idle now; absent: the cluster is gone" }),
            ...nodeCost,
          }),
        ),
        others: others(nodeCost),
      })
      .meta({
        description: "Of all clusters of the workspace, whether jobs used them or not: what is paid for",
      }),
  })
  .meta({ id: "CostReport" });
export type CostReportResponse = z.infer<typeof CostReportResponse>;
