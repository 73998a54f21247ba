// Runs as the list shows them: what was searched for, in MLflow's own words, and what of each run is a column.
import type { runWire } from "../../domain/tracking/wire.ts";
import type { WireNumber } from "./chart-data.ts";

export type RunWire = ReturnType<typeof runWire>;

export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** In MLflow's word, small: `finished` */
  readonly status: string;
  readonly started: string;
  readonly ended: string | undefined;
  /** Absent for a run of no job. */
  readonly job: string | undefined;
  readonly trial: { readonly sweep: string; readonly number: string } | undefined;
  /** Of its job, rather than beside or without one: its curves are the job's. */
  readonly isJob: boolean;
  readonly params: ReadonlyMap<string, string>;
  readonly metrics: ReadonlyMap<string, WireNumber>;
}

export function runRow({ info, data }: RunWire): RunRow {
  const tags = textsOf(data.tags);
  const [sweep, number] = [tags.get("batchai.sweep"), tags.get("batchai.trial")];
  return {
    id: info.run_id,
    name: info.run_name,
    experiment: info.experiment_id,
    status: info.status.toLowerCase(),
    started: new Date(info.start_time).toISOString(),
    ended: info.end_time === undefined ? undefined : new Date(info.end_time).toISOString(),
    job: tags.get("batchai.job"),
    trial: sweep === undefined || number === undefined ? undefined : { sweep, number },
    isJob: info.run_id.startsWith("j"),
    params: textsOf(data.params),
    metrics: new Map((data.metrics ?? []).map(({ key, value }) => [key, value])),
  };
}

const textsOf = (pairs: readonly { readonly key: string; readonly value: string }[] = []) =>
  new Map(pairs.map(({ key, value }) => [key, value]));

/** A column that somebody chose: a parameter or a metric, as `params.lr`. */
export interface Field {
  readonly kind: "params" | "metrics";
  readonly name: string;
}

export const fieldText = ({ kind, name }: Field) => `${kind}.${name}`;

export function fieldOf(text: string): Field | undefined {
  const [, kind, name = ""] = /^(params|metrics)\.(.+)$/s.exec(text) ?? [];
  return kind === undefined ? undefined : { kind: kind as Field["kind"], name };
}

/** As MLflow's language writes it; undefined where no quotes are left for a name. */
export function quotedField({ kind, name }: Field): string | undefined {
  if (/^[A-Za-z_]\w*$/.test(name)) return `${kind}.${name}`;
  if (!name.includes("`")) return `${kind}.\`${name}\``;
  return name.includes('"') ? undefined : `${kind}."${name}"`;
}

/** Of what any of the runs has. */
export function fieldsIn(rows: readonly RunRow[], kind: Field["kind"]): readonly Field[] {
  const names = new Set(rows.flatMap((row) => [...row[kind].keys()]));
  return [...names].sort((a, b) => a.localeCompare(b)).map((name) => ({ kind, name }));
}

const shownByThemselves = 3;

/** The columns before anybody chose: what the runs tell apart comes first. */
export function usualFields(rows: readonly RunRow[]): readonly Field[] {
  return (["metrics", "params"] as const).flatMap((kind) => {
    const all = fieldsIn(rows, kind);
    const differ = all.filter((field) => hasDifferences(rows, field));
    const same = all.filter((field) => !differ.includes(field));
    return [...differ, ...same].slice(0, shownByThemselves);
  });
}

export const valueOf = (row: RunRow, { kind, name }: Field): WireNumber | undefined => row[kind].get(name);

export const hasDifferences = (rows: readonly RunRow[], field: Field): boolean =>
  new Set(rows.map((row) => valueOf(row, field))).size > 1;

export interface RunView {
  /** Empty: all. */
  readonly experiment: string;
  readonly filter: string;
  /** `start_time`, `params.lr` */
  readonly sort: string;
  readonly isDescending: boolean;
  /** Undefined: the usual ones. */
  readonly columns: readonly Field[] | undefined;
  readonly chosen: readonly string[];
  readonly isComparison: boolean;
}

const noColumn = "none";

export function runViewOf(query: URLSearchParams): RunView {
  const order = query.get("sort") ?? "-start_time";
  const columns = query.getAll("column");
  return {
    experiment: query.get("experiment") ?? "",
    filter: query.get("filter") ?? "",
    sort: order.replace(/^-/, ""),
    isDescending: order.startsWith("-"),
    columns: columns.length === 0 ? undefined : columns.flatMap((text) => fieldOf(text) ?? []),
    chosen: [...new Set(query.getAll("run"))],
    isComparison: query.get("compare") === "1",
  };
}

export const columnTexts = (fields: readonly Field[]): readonly string[] =>
  fields.length === 0 ? [noColumn] : fields.map(fieldText);

/** What is asked of the service for that view; the order is its own unless somebody chose another. */
export function runSearch(
  { filter, sort, isDescending }: RunView,
  experiments: readonly string[],
): { readonly experiment_ids: readonly string[]; readonly filter?: string; readonly order_by?: [string] } {
  const field = fieldOf(sort);
  const name = field === undefined ? `attributes.${sort}` : quotedField(field);
  const isUsual = name === undefined || (sort === "start_time" && isDescending);
  return {
    experiment_ids: experiments,
    ...(filter === "" ? {} : { filter }),
    ...(isUsual ? {} : { order_by: [`${name} ${isDescending ? "DESC" : "ASC"}`] }),
  };
}
