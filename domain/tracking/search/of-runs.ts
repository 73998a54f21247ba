// What of runs can be searched.
import type { ArtifactPlace } from "../wire.ts";
import type { RunView } from "../view.ts";
import type { Searchable, Searched } from "./fields.ts";

export const runSearched: Searched = {
  attributes: {
    run_id: "text",
    run_name: "text",
    status: "text",
    user_id: "text",
    artifact_uri: "text",
    experiment_id: "text",
    start_time: "number",
    end_time: "number",
  },
  aliases: {
    id: "run_id",
    name: "run_name",
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
    created: "start_time",
    Created: "start_time",
    "start time": "start_time",
    user: "user_id",
    User: "user_id",
  },
  has: ["attribute", "metric", "param", "tag", "dataset"],
};

export function searchableRun(run: RunView, place: ArtifactPlace): Searchable {
  let metrics: ReadonlyMap<string, number> | undefined;
  const own = (of: Readonly<Record<string, string>>, key: string) =>
    Object.hasOwn(of, key) ? of[key] : undefined;
  return {
    attribute: (name) => attribute(run, place, name),
    metric: (key) => {
      metrics ??= new Map(run.metrics.map((metric) => [metric.key, metric.value]));
      return metrics.get(key);
    },
    param: (key) => own(run.params, key),
    tag: (key) => own(run.tags, key),
    dataset: (name) =>
      run.datasets.flatMap(({ dataset, tags }) => {
        const value = name === "context" ? own(tags, "mlflow.data.context") : own(dataset, name);
        return value === undefined ? [] : [value];
      }),
  };
}

function attribute(run: RunView, place: ArtifactPlace, name: string): string | number | undefined {
  switch (name) {
    case "run_id":
      return run.id;
    case "run_name":
      return run.name;
    case "status":
      return run.status;
    case "user_id":
      return run.user;
    case "artifact_uri":
      return place({ run: run.id });
    case "experiment_id":
      return run.experiment;
    case "start_time":
      return run.startTime;
    default:
      return run.endTime;
  }
}
