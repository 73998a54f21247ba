// The lines that search runs as the page does: for curl, and for MLflow's own client in Python. The command line has no word for them.
import { jobPath, workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import { ownVersion } from "./command-lines.ts";
import { literal, requestLines } from "./request-lines.ts";
import type { CommandLine } from "./request-lines.ts";
import type { RunRow, RunView } from "./runs.ts";
import { runSearch } from "./runs.ts";

export const trackingPath = (place: Place) => `${workspacePath(place)}/mlflow`;
export const trackingCall = (place: Place, call: string) => `${trackingPath(place)}/api/2.0/mlflow/${call}`;
export const artifactCall = (place: Place, call: string) =>
  `${trackingPath(place)}/api/2.0/mlflow-artifacts/${call}`;
/** The path of a file or folder of a run, as its protocol has it. */
export const artifactList = (id: string, path: string) =>
  path === "" ? `${id}/artifacts` : `${id}/artifacts/${path}`;

/** A program that talks to this workspace by MLflow's client. */
const pythonOf =
  (place: Place, origin: string) =>
  (...lines: readonly string[]) =>
    [
      "import os, mlflow",
      'os.environ["MLFLOW_TRACKING_TOKEN"] = os.environ["BATCHAI_TOKEN"]',
      `mlflow.set_tracking_uri(${literal(origin + trackingPath(place))})`,
      ...lines,
    ].join("\n");

/** The files of a run in one of its folders; empty: the first. */
export function fileLine(place: Place, origin: string, id: string, folder: string): CommandLine {
  const query = new URLSearchParams({ path: artifactList(id, folder) }).toString();
  const path = `${artifactCall(place, "artifacts")}?${query}`;
  const words = [`run_id=${literal(id)}`, ...(folder === "" ? [] : [`artifact_path=${literal(folder)}`])];
  return {
    curl: requestLines(origin, { method: "GET", path, version: "" }).curl,
    python: pythonOf(place, origin)(
      `for file in mlflow.artifacts.list_artifacts(${words.join(", ")}):`,
      "    print(file.path, file.file_size)",
    ),
  };
}

export function runLines(place: Place, origin: string) {
  const python = pythonOf(place, origin);
  return {
    search: (view: RunView, experiments: readonly string[], most: number): CommandLine => {
      const asked = runSearch(view, experiments);
      const path = trackingCall(place, "runs/search");
      const body = { ...asked, max_results: most };
      const words = [
        `experiment_ids=[${experiments.map(literal).join(", ")}]`,
        ...(asked.filter === undefined ? [] : [`filter_string=${literal(asked.filter)}`]),
        ...(asked.order_by === undefined ? [] : [`order_by=[${literal(asked.order_by[0])}]`]),
        `max_results=${most}`,
        'output_format="list"',
      ];
      return {
        curl: requestLines(origin, { method: "POST", path, body, version: "" }).curl,
        python: python(
          `for run in mlflow.search_runs(${words.join(", ")}):`,
          "    print(run.info.run_id, run.data.params, run.data.metrics)",
        ),
      };
    },
    run: (id: string): CommandLine => ({
      curl: requestLines(origin, {
        method: "GET",
        path: `${trackingCall(place, "runs/get")}?run_id=${encodeURIComponent(id)}`,
        version: "",
      }).curl,
      python: python(`print(mlflow.get_run(${literal(id)}).data)`),
    }),
    curve: (run: RunRow, metric: string): CommandLine => {
      const line = { python: python(historyLine(run.id, metric)) };
      if (!run.isJob || run.job === undefined) {
        const query = new URLSearchParams({ run_id: run.id, metric_key: metric }).toString();
        const path = `${trackingCall(place, "metrics/get-history")}?${query}`;
        return { ...line, curl: requestLines(origin, { method: "GET", path, version: "" }).curl };
      }
      const path = `${jobPath(place, run.experiment, run.job)}/metrics?metric=${encodeURIComponent(metric)}`;
      return { ...line, curl: requestLines(origin, { method: "GET", path, version: ownVersion }).curl };
    },
    /** How a program begins a run that the page then shows. */
    begin: (experiment: string): CommandLine => ({
      python: python(
        `mlflow.set_experiment(${literal(experiment)})`,
        "with mlflow.start_run():",
        '    mlflow.log_param("lr", 0.1)',
        '    mlflow.log_metric("accuracy", 0.93, step=4)',
      ),
    }),
  };
}

const historyLine = (id: string, metric: string) =>
  `print(mlflow.MlflowClient().get_metric_history(${literal(id)}, ${literal(metric)}))`;
