// What of logged models can be searched.
import type { ModelRecord } from "../model.ts";
import type { Searchable, Searched } from "./fields.ts";

export const modelSearched: Searched = {
  attributes: {
    model_id: "text",
    name: "text",
    model_type: "text",
    status: "text",
    source_run_id: "text",
    creation_timestamp: "number",
    last_updated_timestamp: "number",
  },
  aliases: {
    model_name: "name",
    creation_time: "creation_timestamp",
    last_updated: "last_updated_timestamp",
  },
  has: ["attribute", "metric", "param", "tag"],
};

export function searchableModel(model: ModelRecord): Searchable {
  const attributes: Readonly<Record<string, string | number>> = {
    model_id: model.id,
    name: model.name,
    model_type: model.type,
    status: model.status,
    source_run_id: model.run,
    creation_timestamp: model.created,
    last_updated_timestamp: model.updated,
  };
  const own = <Value>(of: Readonly<Record<string, Value>>, key: string) =>
    Object.hasOwn(of, key) ? of[key] : undefined;
  return {
    attribute: (name) => attributes[name],
    metric: (key) => own(model.metrics, key)?.value,
    param: (key) => own(model.params, key),
    tag: (key) => own(model.tags, key),
    dataset: () => [],
  };
}
