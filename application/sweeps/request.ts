// What a request for a sweep comes to: its template checked as a job, its files listed, its spec with everything filled in.
import type { Who } from "../../domain/access/held.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { locateReadable, stdOutErrPath } from "../../domain/job/directories.ts";
import { newJob } from "../../domain/job/rules.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { jobWire } from "../../domain/job/wire.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import type { SecretSources } from "../../domain/shared/secrets.ts";
import type { Parameter, SearchSpace } from "../../domain/sweep/search/parameter.ts";
import { flattened } from "../../domain/sweep/search/space.ts";
import { inputsOf, isPinned } from "../../domain/sweep/reuse.ts";
import { sweepSpec } from "../../domain/sweep/spec-rules.ts";
import type { SweepRequest, SweepSpec } from "../../domain/sweep/spec.ts";
import { unknownPlaceholders } from "../../domain/sweep/substitute.ts";
import type { Services } from "../../services/services.ts";
import { demandCluster } from "../access.ts";
import { allItems } from "../every-item.ts";
import { notFound } from "../existing.ts";
import { keyOf } from "../secrets.ts";
import { pricedBudget } from "./prices.ts";

export interface PreparedSweep {
  readonly spec: SweepSpec;
  /** The template as clients may see it. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** What of a request is looked at. */
interface PreparationOptions {
  /** `later`: as if a file were there for each parameter that chooses from files. */
  readonly files: "listed" | "later";
  /** Of its trials, where there is none yet. */
  readonly cluster?: ClusterDocument | undefined;
}

const mostFiles = 10_000;

/** Members of a job's wire form that say what was asked for. */
const asked = [
  "cluster",
  "schedulingPriority",
  "nodeCount",
  "mountVolumes",
  "jobPreparation",
  "stdOutErrPathPrefix",
  "inputDirectories",
  "outputDirectories",
  "environmentVariables",
  "secrets",
  "constraints",
  "containerSettings",
  "retries",
  "receipt",
];

/** @throws AppError that names every field at fault; those of the template below `properties.trial`. */
export async function preparedSweep(
  services: Services,
  who: Who | undefined,
  ref: SweepRef,
  { properties }: SweepRequest,
  { files, cluster }: PreparationOptions = { files: "listed" },
): Promise<PreparedSweep> {
  const sample = await sampleJob(services, who, ref, properties.trial, cluster);
  const { document } = sample;
  if (locateReadable(document, stdOutErrPath(document)) === undefined)
    throw refusal(
      "trial.properties.stdOutErrPathPrefix",
      "lies on no mounted file share or container; the metrics of trials are read from there",
    );
  if (document.spec.outputMetrics !== undefined)
    throw refusal(
      "trial.properties.outputMetrics",
      "is for jobs of their own; give its metrics and presets to the sweep, as properties.metrics and properties.presets",
    );
  if (properties.reuse === true) checkReuse(document);
  const space =
    files === "listed"
      ? await withFiles(services, sample, properties.searchSpace)
      : withoutFiles(sample, properties.searchSpace);
  const budget = pricedBudget(services, properties.budget, sample.clusters);
  const spec = sweepSpec({ ...properties, budget }, space, {
    seed: seedOf(services),
    nodeCount: document.spec.nodeCount,
  });
  const [unknown] = unknownPlaceholders(properties.trial, parameterVariables(space));
  if (unknown !== undefined) throw refusal("trial", `has ${unknown}, which is no parameter of searchSpace`);
  return { spec, template: shownTemplate(document) };
}

/** @throws AppError where equal trials could not be known by what they are made of. */
function checkReuse(document: JobDocument): void {
  const { receipt, containerSettings } = document.spec;
  if (receipt === undefined)
    throw refusal(
      "reuse",
      'needs receipts, which say what a result was made of; add "receipt": {} to trial.properties',
    );
  const hidden = inputsOf(document).find(({ path }) => locateReadable(document, path) === undefined);
  if (hidden !== undefined)
    throw refusal(
      "reuse",
      `needs to know when inputs change, and input directory '${hidden.id}' lies on no mounted file share or container that the service can list; mount it with an account key, or leave it out of trial.properties.receipt.inputs`,
    );
  if (containerSettings !== undefined && !isPinned(containerSettings.image))
    throw refusal(
      "reuse",
      `needs an image that stays the same, and '${containerSettings.image}' may be another one tomorrow; name it by its digest (@sha256:…)`,
    );
}

/** Names that may follow `PARAM_`. */
export function parameterVariables(space: SearchSpace): ReadonlySet<string> {
  const names = Object.entries(space).flatMap(([name, parameter]) => {
    const [first] = parameter.type === "dict" ? parameter.values : [];
    return first === undefined ? [name] : Object.keys(flattened({ [name]: first }));
  });
  return new Set(names);
}

interface Sample {
  readonly document: JobDocument;
  readonly secrets: SecretSources;
  /** On whose nodes it may run. */
  readonly clusters: readonly ClusterDocument[];
}

/** The template as if it were PUT, which tells everything that is wrong with it. */
async function sampleJob(
  services: Services,
  who: Who | undefined,
  ref: SweepRef,
  trial: object,
  itsCluster: ClusterDocument | undefined,
): Promise<Sample> {
  const { subscriptionId, resourceGroup, workspace, experiment, sweep: job } = ref;
  return belowTrial(async () => {
    const request = parse(JobRequest, trial);
    const { cluster: home, spot } = request.properties;
    const cluster = await clusterNamed(services, who, ref, home.id, itsCluster);
    const sibling = spot === undefined ? [] : [await clusterNamed(services, who, ref, spot.cluster.id)];
    const jobRef = { kind: "job", subscriptionId, resourceGroup, workspace, experiment, job } as const;
    const now = new Date(services.clock.now());
    const made = newJob(jobRef, guid(services.random.uuid()), request, cluster, now);
    return { ...made, clusters: [cluster, ...sibling] };
  });
}

async function clusterNamed(
  services: Services,
  who: Who | undefined,
  ref: SweepRef,
  id: string,
  yetToBeMade?: ClusterDocument,
) {
  const clusterRef = parseClusterId(id);
  await demandCluster(services, who, ref, clusterRef);
  const cluster = yetToBeMade ?? (await services.state.clusters.get(clusterRef));
  if (cluster === undefined) throw notFound(clusterRef);
  return cluster;
}

async function belowTrial<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const target = `properties.trial${error.target === undefined ? "" : `.${error.target}`}`;
    throw new AppError(error.code, `properties.trial: ${error.message}`, {
      target,
      details: error.details.map((detail) => ({
        ...detail,
        target: `properties.trial.${detail.target ?? ""}`,
      })),
    });
  }
}

async function withFiles(services: Services, sample: Sample, space: SearchSpace): Promise<SearchSpace> {
  const entries = Object.entries(space).map(async ([name, parameter]): Promise<[string, Parameter]> =>
    parameter.type === "file"
      ? [name, await filesAsChoice(services, sample, name, parameter)]
      : [name, parameter],
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** As if one file were there: for a look at the rest. */
function withoutFiles({ document }: Sample, space: SearchSpace): SearchSpace {
  const entries = Object.entries(space).map(([name, parameter]): [string, Parameter] => {
    if (parameter.type !== "file") return [name, parameter];
    const { path, when } = parameter;
    placeOf(document, name, path);
    return [name, { type: "choice", values: [`${path}/sample`], ...(when === undefined ? {} : { when }) }];
  });
  return Object.fromEntries(entries);
}

/** @throws AppError where it is on no mount. */
function placeOf(document: JobDocument, name: string, path: string) {
  const place = locateReadable(document, path);
  if (place !== undefined) return place;
  throw refusal(`searchSpace.${name}.path`, `is '${path}', which lies on no mounted file share or container`);
}

/** The files that are there now: a sweep that is resumed must find the choices that it had. */
async function filesAsChoice(
  services: Services,
  { document, secrets }: Sample,
  name: string,
  { path, contains = "", when }: Extract<Parameter, { type: "file" }>,
): Promise<Parameter> {
  const field = `searchSpace.${name}.path`;
  const place = placeOf(document, name, path);
  const kept = place.secretOwner === document.guid ? secrets : await services.secrets.get(place.secretOwner);
  const accountKey = await keyOf(services, kept, place);
  const files = await allItems((page) =>
    services.outputFiles.list({ ...place, accountKey }, { linkLifetimeMs: 60_000, page }),
  );
  const values = files
    .filter((file) => !file.isDirectory && file.name.includes(contains))
    .map((file) => `${path.replace(/\/+$/, "")}/${file.name}`);
  if (values.length === 0)
    throw refusal(
      field,
      `has no file${contains === "" ? "" : ` whose name contains '${contains}'`}; put some there first`,
    );
  if (values.length > mostFiles)
    throw refusal(field, `has ${values.length} files; a sweep takes ${mostFiles}, narrow them with contains`);
  return { type: "choice", values, ...(when === undefined ? {} : { when }) };
}

function shownTemplate(document: JobDocument): Readonly<Record<string, unknown>> {
  const { toolkit, spot } = document.spec;
  const shown = jobWire(document).properties as Readonly<Record<string, unknown>>;
  const members = [...asked, toolkit.block].flatMap((name) =>
    shown[name] === undefined ? [] : [[name, shown[name]] as const],
  );
  return { ...Object.fromEntries(members), ...(spot === undefined ? {} : { spot }) };
}

/** 48 bits: any JSON reader keeps them. */
function seedOf(services: Services): number {
  return services.random.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0);
}

function refusal(field: string, message: string): AppError {
  return new AppError("InvalidRequest", `properties.${field}: ${message}`, { target: `properties.${field}` });
}
