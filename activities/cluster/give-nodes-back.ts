// A cluster that shrinks with jobs on it: the last ones to start are asked to stop, so that nodes are idle when Batch takes some. Batch
// takes idle ones first; those of a run that does not stop in time it takes without a word.
import { runsToStop } from "../../domain/cluster/shrink.ts";
import { poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { patienceMs } from "../../domain/job/termination.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { askRunToStop } from "../job/stop-file.ts";

/** @returns true while runs have time to stop. */
export async function givesNodesBack(
  services: Services,
  cluster: ClusterDocument,
  since = timestamp(services.clock),
): Promise<boolean> {
  const option = cluster.spec.scaleSettings.manual?.nodeDeallocationOption ?? "waitforjobcompletion";
  const { clock, settings, state } = services;
  if (option === "waitforjobcompletion") return false;
  if (clock.now() - Date.parse(since) >= patienceMs(settings.terminationGraceMs)) return false;
  const holding = (await state.activeJobs.runs(cluster.guid)).filter(({ phase }) => phase !== "ended");
  const chosen = runsToStop(holding, poolNodeCount(cluster));
  const request = option === "requeue" ? "requeued" : "deallocated";
  await Promise.all(chosen.map((run) => askRunToStop(services, run, request)));
  return chosen.length > 0;
}
