// Runs: started, shown, ended, hidden. The first run that the script of a job starts is the job's own; what becomes of a job no script
// says.
import { createdId } from "../../domain/tracking/created-id.ts";
import { askedRunId, ownRunWord } from "../../domain/tracking/requests.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import { refuse } from "../../domain/tracking/limits.ts";
import { freshRun, isTaken, runNameTag, withTags } from "../../domain/tracking/run.ts";
import type { RunRecord } from "../../domain/tracking/run.ts";
import { formatRunId } from "../../domain/tracking/run-id.ts";
import { runInfoWire, runWire } from "../../domain/tracking/wire.ts";
import type { Services } from "../../services/services.ts";
import { open } from "../existing.ts";
import { changeRun, findRun, keepRun, ownRunId, viewOf } from "./found-run.ts";
import { artifactPlace, experimentRef } from "./scope.ts";
import type { JobScope, TrackingScope } from "./scope.ts";

type Asked<Name extends keyof Requests> = Requests[Name];

export async function createRun(services: Services, scope: TrackingScope, request: Asked<"createRun">) {
  const id =
    scope.kind === "job"
      ? await createInJob(services, scope, request)
      : await createFree(services, scope, request);
  return getRun(services, scope, { run_id: id, run_uuid: undefined });
}

export async function getRun(services: Services, scope: TrackingScope, request: Asked<"run">) {
  const view = await viewOf(services, await findRun(services, scope, askedRunId(request)));
  return { run: runWire(view, artifactPlace(scope)) };
}

async function createInJob(
  services: Services,
  scope: JobScope,
  request: Asked<"createRun">,
): Promise<string> {
  const { job } = scope;
  const { batchai_run: meant } = request;
  if (meant === undefined || meant === ownRunWord) {
    const isOwn = await takeOwn(services, scope, request);
    if (isOwn || meant !== undefined) return ownRunId(job);
  }
  const { experiment, guid } = job;
  const unique = meant ?? createdId.of(services.random.uuid());
  const fresh = { kind: "child", experiment, job: { name: job.job, guid }, unique } as const;
  const run = begun(services, freshRun({ ...fresh, ...namedBy(services, request, unique) }), request);
  const place = { experiment: experimentRef(scope, experiment), jobGuid: guid, unique };
  // A conflict: it was created by the same call, which is sent again.
  await keepRun(services, { place, job, stored: undefined }, run);
  return formatRunId({ kind: "child", experiment, job: job.job, unique });
}

/** False when a script has the job's own run already in this start of the job's processes. */
async function takeOwn(services: Services, scope: JobScope, request: Asked<"createRun">): Promise<boolean> {
  const { job, launch } = scope;
  let isOwn = false;
  await changeRun(services, scope, ownRunId(job), (run) => {
    isOwn = !isTaken(run, job.attempt, launch);
    if (!isOwn) return run;
    const taken = { attempt: job.attempt, ...(launch === undefined ? {} : { launch }) };
    const { endTime: _, ...going } = run;
    return begun(services, { ...going, status: "RUNNING", taken }, request);
  });
  return isOwn;
}

async function createFree(
  services: Services,
  scope: TrackingScope,
  request: Asked<"createRun">,
): Promise<string> {
  if (request.batchai_run !== undefined)
    refuse("batchai_run", "is for the programs of jobs; leave it out, and the service makes the run's id.");
  const { experiment } = await open(services, experimentRef(scope, request.experiment_id));
  const unique = createdId.of(services.random.uuid());
  const run = freshRun({ kind: "free", experiment, unique, ...namedBy(services, request, unique) });
  const place = { experiment: experimentRef(scope, experiment), unique };
  await keepRun(services, { place, job: undefined, stored: undefined }, begun(services, run, request));
  return formatRunId({ kind: "free", experiment, unique });
}

function namedBy(services: Services, { run_name: name, start_time }: Asked<"createRun">, unique: string) {
  return {
    name: name === undefined || name === "" ? `run-${unique.slice(0, 8)}` : name,
    user: "",
    startTime: start_time ?? services.clock.now(),
  };
}

function begun(services: Services, run: RunRecord, request: Asked<"createRun">): RunRecord {
  const { run_name: name, user_id: user, start_time: start, tags } = request;
  return withTags({ ...run, user: user ?? run.user, startTime: start ?? services.clock.now() }, [
    ...(name === undefined || name === "" ? [] : [{ key: runNameTag, value: name }]),
    ...tags,
  ]);
}

export async function updateRun(services: Services, scope: TrackingScope, request: Asked<"updateRun">) {
  const { status, end_time: endTime, run_name: name } = request;
  const found = await changeRun(services, scope, askedRunId(request), (run) => {
    const { endTime: before, ...rest } = run;
    const end = endTime ?? (status === undefined || status === "RUNNING" ? undefined : services.clock.now());
    const known = status === "RUNNING" ? undefined : before;
    const next = { ...rest, status: status ?? run.status };
    const ended = end ?? known;
    const told = ended === undefined ? next : { ...next, endTime: ended };
    return name === undefined || name === "" ? told : withTags(told, [{ key: runNameTag, value: name }]);
  });
  return { run_info: runInfoWire(await viewOf(services, found), artifactPlace(scope)) };
}

/** Hidden from searches; what was logged stays. */
export async function hideRun(
  services: Services,
  scope: TrackingScope,
  request: Asked<"run">,
  deleted: boolean,
) {
  await changeRun(services, scope, askedRunId(request), (run) =>
    run.deleted === deleted ? run : { ...run, deleted },
  );
  return {};
}
