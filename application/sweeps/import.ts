// A sweep that comes from another deployment with its trials: it goes on where it was, with the next suggestion it would have had.
import type { SweepArchive } from "../../domain/sweep/archive.ts";
import { importedSpec, importedTrials } from "../../domain/sweep/archive.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { newSweep } from "../../domain/sweep/rules.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { SweepRequest } from "../../domain/sweep/spec.ts";
import { summaryOf } from "../../domain/sweep/summary.ts";
import type { Services } from "../../services/services.ts";
import { changeBy, makerOf } from "../caller.ts";
import type { Caller } from "../caller.ts";
import { open, refuseOrphan } from "../existing.ts";
import { preparedSweep } from "./request.ts";
import { wakeSweep } from "./sweeps.ts";
import { templateSecret } from "./template.ts";

export interface Import {
  /** A job of this deployment: an archive has neither its secrets nor a cluster here. */
  readonly trial: SweepRequest["properties"]["trial"];
  readonly archive: SweepArchive;
}

/** @throws AppError Conflict when there is a sweep of that name; InvalidRequest for an archive that no sweep can have left. */
export async function importSweep(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  { trial, archive }: Import,
): Promise<SweepDocument> {
  await open(services, { ...ref, kind: "experiment" });
  const prepared = await preparedSweep(services, caller.who, ref, {
    properties: { ...archive.properties, trial },
  });
  const spec = importedSpec(prepared.spec, archive);
  const trials = importedTrials(spec, archive);
  const now = new Date(services.clock.now());
  const sweep = {
    ...newSweep(ref, guid(services.random.uuid()), { ...prepared, spec, madeBy: makerOf(caller) }, now),
    summary: summaryOf(ref.sweep, spec, trials),
    failuresForgiven: trials.filter(({ state }) => state === "failed").length,
  };
  if ((await services.state.sweeps.get(ref)) !== undefined) throw taken(ref);
  // Its document is the last to be written: a look that found it without its trials would begin from nothing.
  await services.secrets.put(sweep.guid, new Map([[templateSecret, JSON.stringify(trial)]]));
  await services.sweepRecords.write(sweep.guid, { version: 1, trials: [...trials] }, undefined);
  const made = await services.state.sweeps.create(ref, sweep, changeBy(services, caller, "imported"));
  if (!made.created) {
    await services.sweepRecords.remove(sweep.guid);
    await services.secrets.remove(sweep.guid);
    throw taken(ref);
  }
  await refuseOrphan(services, ref, made.document);
  await wakeSweep(services, made.document);
  return made.document;
}

function taken({ sweep }: SweepRef): AppError {
  return new AppError("Conflict", `sweep '${sweep}' exists; import under another name, or delete it first`);
}
