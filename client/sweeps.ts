// Sweeps as typed calls. The service of 2018 had none: they are asked for in our own version of its API.
import { z } from "zod";
import { formatId } from "../domain/shared/resource-id.ts";
import type { ExperimentRef, SweepRef } from "../domain/shared/resource-id.ts";
import {
  BestTrialResponse,
  ForecastResponse,
  PreviewResponse,
  SweepResponse,
  TrialResponse,
} from "../domain/sweep/wire.ts";
import { checked } from "./checked.ts";
import { collection } from "./collection.ts";
import type { Collection } from "./collection.ts";
import type { HttpApi } from "./http-api.ts";
import { inVersion } from "./http-api.ts";
import { items } from "./paging.ts";

const version = "2026-11-01";

/** Absent members: all of them, in their order. */
export interface TrialQuery {
  /** `state eq 'failed' and params.LR lt 0.1` */
  readonly filter?: string | undefined;
  /** `value desc` */
  readonly orderBy?: string | undefined;
}

export const exportFormats = ["csv", "jsonl", "archive"] as const;
type ExportFormat = (typeof exportFormats)[number];

const Forecasting = z.looseObject({ forecast: ForecastResponse });
const Retried = z.looseObject({ trials: z.array(z.int()) });

export interface Sweeps extends Collection<SweepRef, ExperimentRef, SweepResponse> {
  /** Another deployment's sweep goes on here. @param trial a job of this one as template. */
  import(ref: SweepRef, trial: object, archive: object): Promise<SweepResponse>;
  /** The first suggestions and the rungs: of a body, or of a sweep that is there. */
  preview(ref: SweepRef, body: object): Promise<PreviewResponse>;
  /** When it would end and what it would cost: a preview whose body has `forecast`. */
  simulate(
    ref: SweepRef,
    body: { readonly forecast: object; readonly properties?: object },
  ): Promise<ForecastResponse>;
  trials(ref: SweepRef, query?: TrialQuery): AsyncGenerator<TrialResponse>;
  best(ref: SweepRef): Promise<BestTrialResponse>;
  terminate(ref: SweepRef): Promise<SweepResponse>;
  terminateTrial(ref: SweepRef, trial: number): Promise<TrialResponse>;
  resume(ref: SweepRef): Promise<SweepResponse>;
  extend(ref: SweepRef, properties: object): Promise<SweepResponse>;
  /** Tags, limits, stopping, budget: what is named is otherwise from now on; nothing is started. */
  update(ref: SweepRef, patch: object): Promise<SweepResponse>;
  /** Resolves with the numbers of the trials that run again. */
  retryFailed(ref: SweepRef, chosen: object): Promise<readonly number[]>;
  /** All trials as a table, as JSON lines, or with all that `import` needs. */
  exported(ref: SweepRef, format: ExportFormat, query?: TrialQuery): Promise<string>;
}

export function sweepsOf(anyVersion: HttpApi): Sweeps {
  const api = inVersion(anyVersion, version);
  const post = async (ref: SweepRef, action: string, body?: object) =>
    (await api.send("POST", `${formatId(ref)}/${action}`, body === undefined ? {} : { body })).body;
  const changed = async (ref: SweepRef, action: string, body?: object) =>
    checked(SweepResponse, await post(ref, action, body));
  return {
    ...collection<SweepRef, ExperimentRef, typeof SweepResponse>(
      api,
      SweepResponse,
      (ref) => `${formatId(ref)}/sweeps`,
    ),
    import: (ref, trial, archive) => changed(ref, "import", { properties: { trial, archive } }),
    preview: async (ref, body) => checked(PreviewResponse, await post(ref, "preview", body)),
    simulate: async (ref, body) =>
      checked(Forecasting, await post(ref, "preview", { ...body, count: 1 })).forecast,
    trials: (ref, query) =>
      items(api, TrialResponse, { path: `${formatId(ref)}/trials`, query: parameters(query) }),
    best: async (ref) => checked(BestTrialResponse, (await api.send("GET", `${formatId(ref)}/best`)).body),
    terminate: (ref) => changed(ref, "terminate"),
    terminateTrial: async (ref, trial) =>
      checked(TrialResponse, await post(ref, `trials/${trial}/terminate`)),
    resume: (ref) => changed(ref, "resume"),
    extend: (ref, properties) => changed(ref, "extend", { properties }),
    update: async (ref, patch) =>
      checked(SweepResponse, (await api.send("PATCH", formatId(ref), { body: patch })).body),
    retryFailed: async (ref, chosen) => checked(Retried, await post(ref, "retryFailed", chosen)).trials,
    async exported(ref, format, query) {
      const answer = await api.send("GET", `${formatId(ref)}/export`, {
        query: { ...parameters(query), format },
      });
      return answer.text;
    },
  };
}

function parameters({ filter, orderBy }: TrialQuery = {}): Record<string, string> {
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy === undefined ? {} : { orderby: orderBy }),
  };
}
