// What MLflow's clients send. Protocol-buffer JSON: whole numbers may come as texts (Java's and R's clients do so), numbers that are
// none as words, and what is empty does not come at all.
import { z } from "zod";
import { createdId, isModelId } from "./created-id.ts";
import { RunStatus } from "./run.ts";

/** In place of an id: the job's own run. */
export const ownRunWord = "own";

const text = (longest = 100_000) => z.string({ error: "expected a text" }).max(longest);
const id = (what: string) =>
  z
    .string({ error: `expected the id of ${what}` })
    .min(1)
    .max(256);
const whole = z
  .union([z.number(), z.string().regex(/^-?\d{1,16}$/, { error: "expected a whole number" })], {
    error: "expected a whole number",
  })
  .transform(Number)
  .pipe(z.number().int({ error: "expected a whole number" }));
const numeral = /^(?:NaN|-?Infinity|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/i;
const notANumber = "expected a number, or 'NaN', 'Infinity', '-Infinity'";
const number = z
  .union([z.number(), z.string().regex(numeral, { error: notANumber })], { error: notANumber })
  .transform(Number);
const count = (most: number, otherwise: number) =>
  z.coerce.number().int().min(1).max(most).default(otherwise);

const KeyValue = z.object({ key: text(), value: text().default("") });
const KeyValues = z.array(KeyValue).default([]);
const Metric = z
  .object({
    key: text(),
    value: number,
    timestamp: whole.default(0),
    step: whole.default(0),
    model_id: id("a model").optional(),
  })
  .transform(({ timestamp, model_id, ...point }) => ({ ...point, time: timestamp, modelId: model_id }));

/** Old clients have another name for it. */
const runId = { run_id: id("a run").optional(), run_uuid: id("a run").optional() };
function ofRun<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .object({ ...runId, ...shape })
    .refine((request) => askedRunId(request) !== "", { path: ["run_id"], error: "expected the id of a run" });
}

const viewType = z.enum(["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]).default("ACTIVE_ONLY");
const search = { filter: text().optional(), page_token: text().optional() };
const orderBy = z.array(text()).max(20).default([]);
/** What the forwarder on a job's node called a run when it answered for the service; a call that is sent again means the same run. */
const forwardedRun = z
  .string()
  .refine((id) => id === ownRunWord || createdId.pattern.test(id), {
    error: `expected '${ownRunWord}' or 32 hexadecimal digits`,
  })
  .optional();
const forwardedModel = z
  .string()
  .refine(isModelId, { error: "expected 'm-' and 32 hexadecimal digits" })
  .optional();
const experimentIds = z.array(id("an experiment")).max(1000).default([]);
const ModelUse = z
  .object({ model_id: id("a model"), step: whole.optional() })
  .transform(({ model_id, step }) => ({ modelId: model_id, ...(step === undefined ? {} : { step }) }));
/** The file as its sender calls it. */
const sentFile = { path: z.string({ error: "expected the name of the file" }).min(1).max(4_096) };
const ofUpload = {
  ...sentFile,
  upload_id: z.string().regex(createdId.pattern, { error: "expected the id that the upload was given" }),
};
/** Of ten megabytes each, as clients make them, a hundred gigabytes. */
const mostParts = 10_000;
const Texts = z.array(KeyValue).default([]);

export const requests = {
  experimentByName: z.object({ experiment_name: text() }),
  experiment: z.object({ experiment_id: id("an experiment") }),
  createExperiment: z.object({ name: text() }),
  searchExperiments: z.object({
    ...search,
    view_type: viewType,
    order_by: orderBy,
    max_results: count(50_000, 1000),
  }),
  createRun: z.object({
    experiment_id: id("an experiment"),
    user_id: text(250).optional(),
    run_name: text(250).optional(),
    start_time: whole.optional(),
    tags: KeyValues,
    batchai_run: forwardedRun,
  }),
  run: ofRun({}),
  updateRun: ofRun({
    status: RunStatus.optional(),
    end_time: whole.optional(),
    run_name: text(250).optional(),
  }),
  logMetric: ofRun({
    key: text(),
    value: number,
    timestamp: whole.default(0),
    step: whole.default(0),
    model_id: id("a model").optional(),
  }),
  logParameter: ofRun({ key: text(), value: text().default("") }),
  logBatch: ofRun({ metrics: z.array(Metric).default([]), params: KeyValues, tags: KeyValues }),
  setTag: ofRun({ key: text(), value: text().default("") }),
  deleteTag: ofRun({ key: text() }),
  logInputs: ofRun({
    datasets: z
      .array(z.object({ tags: Texts, dataset: z.record(z.string(), text()) }))
      .max(100)
      .default([]),
    models: z.array(ModelUse).max(100).default([]),
  }),
  outputs: ofRun({ models: z.array(ModelUse).max(100).default([]) }),
  searchRuns: z.object({
    ...search,
    experiment_ids: experimentIds,
    run_view_type: viewType,
    order_by: orderBy,
    max_results: count(50_000, 1000),
  }),
  history: z.object({
    ...runId,
    metric_key: text(),
    max_results: count(25_000, 25_000),
    page_token: text().optional(),
  }),
  createModel: z.object({
    experiment_id: id("an experiment"),
    name: text(250).default(""),
    model_type: text(250).default(""),
    source_run_id: text(256).default(""),
    params: KeyValues,
    tags: KeyValues,
    batchai_model: forwardedModel,
  }),
  finishModel: z.object({
    status: z.enum(["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"]),
  }),
  modelParams: z.object({ params: KeyValues }),
  modelTags: z.object({ tags: KeyValues }),
  searchModels: z.object({
    ...search,
    experiment_ids: experimentIds,
    order_by: z
      .array(z.object({ field_name: text(), ascending: z.boolean().default(true) }))
      .max(20)
      .default([]),
    max_results: count(50_000, 100),
    datasets: z
      .array(z.unknown())
      .max(0, { error: "models cannot be searched by datasets here: leave it out" })
      .default([]),
  }),
  beginUpload: z.object({ ...sentFile, num_parts: count(mostParts, 1) }),
  finishUpload: z.object({
    ...ofUpload,
    parts: z
      .array(z.object({ part_number: count(mostParts, 1) }))
      .min(1)
      .max(mostParts),
  }),
  abandonUpload: z.object(ofUpload),
} as const;

export type Requests = { readonly [Name in keyof typeof requests]: z.output<(typeof requests)[Name]> };

/** @param request one that was checked for having one. */
export function askedRunId(request: object): string {
  const { run_id: id, run_uuid: oldName } = request as {
    readonly run_id?: string;
    readonly run_uuid?: string;
  };
  return id ?? oldName ?? "";
}
