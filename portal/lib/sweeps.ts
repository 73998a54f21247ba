// Sweeps as the lists show them, and what their search space says of a parameter: its names as trials have them, and how an axis of it is divided.
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import type { WireNumber } from "./chart-data.ts";

export interface SweepRow {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly state: SweepResponse["properties"]["executionState"];
  readonly isDeleting: boolean;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly metric: string;
  readonly goal: "minimize" | "maximize";
  readonly best: { readonly trial: number; readonly value: WireNumber } | undefined;
  readonly started: string;
  readonly ended: string | undefined;
}

export function sweepRow({ id, name, properties }: SweepResponse): SweepRow {
  const { metric, goal } = properties.objective as { metric: string; goal: SweepRow["goal"] };
  const best = properties.best as { trial: number; value: WireNumber } | undefined;
  return {
    id,
    name,
    experiment: id.split("/").at(-3) ?? "",
    state: properties.executionState,
    isDeleting: properties.provisioningState === "deleting",
    total: properties.total,
    counts: properties.counts as Readonly<Record<string, number>>,
    metric,
    goal,
    best,
    started: properties.startTime,
    ended: properties.endTime,
  };
}

/** The states of trials in the order in which they come about. */
export const trialStates = [
  "queued",
  "running",
  "stopping",
  "succeeded",
  "stopped",
  "failed",
  "canceled",
] as const;

export interface ParameterAxis {
  readonly name: string;
  readonly isLog: boolean;
  /** What it can be, where that is a list. */
  readonly choices?: readonly (string | number | boolean)[];
}

interface SpaceParameter {
  readonly type: string;
  readonly scale?: string;
  readonly values?: readonly unknown[];
}

const logTypes = ["loguniform", "qloguniform", "lognormal"];

/** Every parameter that a trial may have, by the name that it has there: members of a dict apart. */
export function parametersOf(searchSpace: Readonly<Record<string, unknown>>): readonly ParameterAxis[] {
  return Object.entries(searchSpace).flatMap(([name, given]): readonly ParameterAxis[] => {
    const { type, scale, values } = given as SpaceParameter;
    if (type === "dict") {
      const members = (values ?? []) as readonly Readonly<Record<string, string | number | boolean>>[];
      return Object.keys(members[0] ?? {}).map((key) => ({
        name: `${name}__${key}`,
        isLog: false,
        choices: [...new Set(members.flatMap((member) => member[key] ?? []))],
      }));
    }
    if (type === "choice" || type === "discrete")
      return [{ name, isLog: false, choices: (values ?? []) as readonly (string | number | boolean)[] }];
    return [{ name, isLog: scale === "log" || logTypes.includes(type) }];
  });
}
