// How long trials wait for their start though there is room for them: what those of sweeps waited that ran on the same cluster before. A
// forecast from declared durations is too early without it, the more the shorter its trials are.
import { formatId, parseClusterId } from "../../domain/shared/resource-id.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { measured } from "../../domain/sweep/measured.ts";
import type { Measured } from "../../domain/sweep/measured.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { Services } from "../../services/services.ts";

/** So many sweeps of the experiment are looked through, in the order of their names. */
const mostSweeps = 200;
/** Of the latest of these the records are read, until one has a trial that ended by itself. */
const mostRecords = 3;

/** @param template as clients see it. @returns undefined where none of the experiment's sweeps tells. */
export async function delaysOnCluster(
  services: Services,
  ref: SweepRef,
  template: SweepDocument["template"],
): Promise<Measured | undefined> {
  const cluster = clusterOf(template);
  if (cluster === undefined) return undefined;
  const { items } = await services.state.sweeps.list({ ...ref, kind: "experiment" }, { size: mostSweeps });
  const latest = items
    .filter((sweep) => clusterOf(sweep.template) === cluster)
    .toSorted((a, b) => Date.parse(b.startTime) - Date.parse(a.startTime));
  for (const sweep of latest.slice(0, mostRecords)) {
    const before = await measuredOf(services, sweep);
    // What a trial of that sweep took, or one of its trials waited, says nothing of another's.
    if (before !== undefined) return { ...before, workMs: [], delayMs: [] };
  }
  return undefined;
}

export async function measuredOf(services: Services, sweep: SweepDocument): Promise<Measured | undefined> {
  const stored = await services.sweepRecords.read(sweep.guid);
  return measured(sweep.spec, stored?.record.trials ?? [], Date.parse(sweep.startTime));
}

function clusterOf({ cluster }: SweepDocument["template"]): string | undefined {
  const { id } = (cluster ?? {}) as { readonly id?: string };
  return id === undefined ? undefined : formatId(parseClusterId(id)).toLowerCase();
}
