// The genuine MLflow client in unmodified scripts: as jobs, whose runs, parameters, metrics and artifacts are there without a word about
// the service in them; and from a notebook's side, where jobs are runs.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testTools } from "../../support/test-tools.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";

const exec = promisify(execFile);
const python = join(testTools, "mlflow/bin/python");
const isThere = existsSync(join(testTools, "mlflow/ready"));

/** As anybody would write it for a server of their own. */
const plain = `
import mlflow, sys
mlflow.set_experiment("my-own-name")
with mlflow.start_run(run_name="baseline") as run:
    mlflow.log_params({"lr": 0.1, "layers": 3})
    for step in range(20):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metric("bad", float("nan"), step=0)
    open("f.txt", "w").write("forty-two")
    mlflow.log_artifact("f.txt", "notes")
    with mlflow.start_run(nested=True, run_name="fold"):
        mlflow.log_metric("acc", 0.5)
    print("artifacts at", mlflow.get_artifact_uri())
print("runs", sorted(mlflow.search_runs()["tags.mlflow.runName"]))
`;

/** From elsewhere, with a token of one's own. */
const notebook = `
import json, mlflow, sys
mlflow.set_tracking_uri(sys.argv[1])
runs = mlflow.search_runs(experiment_names=["toolkits"], filter_string="metrics.loss < 0.06 and params.lr = '0.1'", order_by=["metrics.loss ASC"])
client = mlflow.MlflowClient()
run = runs.iloc[0].run_id
history = client.get_metric_history(run, "loss")
text = open(mlflow.artifacts.download_artifacts(run_id=run, artifact_path="notes/f.txt")).read()
mlflow.set_experiment("from-a-notebook")
with mlflow.start_run(run_name="here"):
    mlflow.log_param("a", 1)
    mlflow.log_metric("m", float("-inf"), step=2)
mine = mlflow.search_runs(experiment_names=["from-a-notebook"])
print(json.dumps({
    "run": run, "status": runs.iloc[0].status, "name": runs.iloc[0]["tags.mlflow.runName"],
    "history": [[m.step, m.value] for m in history], "text": text,
    "artifacts": [a.path for a in client.list_artifacts(run)],
    "mine": [mine.iloc[0].status, mine.iloc[0]["metrics.m"], mine.iloc[0]["params.a"]],
    "experiments": sorted(e.name for e in mlflow.search_experiments()),
}, allow_nan=True))
`;

/** Runs of a notebook belong to no job: the service keeps their files. */
const files = `
import json, mlflow, os, sys, tempfile
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("files-of-a-notebook")
here = tempfile.mkdtemp()
def made(name, content):
    path = os.path.join(here, name)
    open(path, "wb").write(content)
    return path
class Doubling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2
long = os.urandom(12_000_000)
with mlflow.start_run() as run:
    mlflow.log_artifact(made("a ü.txt", b"first"))
    mlflow.log_artifact(made("none.txt", b""), "sub/folder")
    mlflow.log_dict({"a": 1}, "conf.json")
    mlflow.log_artifact(made("short.bin", long[:9_000_000]))
    os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = "10000000"
    os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = "5000000"
    mlflow.log_artifact(made("long.bin", long))
    model = mlflow.pyfunc.log_model(name="doubling", python_model=Doubling())
client = mlflow.MlflowClient()
id = run.info.run_id
listed = [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(id)]
inside = [f.path for f in client.list_artifacts(id, "sub/folder")]
got = mlflow.artifacts.download_artifacts(run_id=id)
read = lambda name: open(os.path.join(got, name), "rb").read()
same = read("long.bin") == long and read("short.bin") == long[:9_000_000] and read("sub/folder/none.txt") == b""
doubled = int(mlflow.pyfunc.load_model(model.model_uri).predict(21))
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
get_artifact_repository(run.info.artifact_uri).delete_artifacts("sub")
left = sorted(f.path for f in client.list_artifacts(id))
try:
    client.log_artifact(sys.argv[2], made("b.txt", b"x"))
    refused = "not refused"
except Exception as error:
    refused = str(error)
print(json.dumps({"listed": listed, "inside": inside, "text": read("a ü.txt").decode(), "same": same, "doubled": doubled, "left": left, "refused": refused}))
`;

let lab: Lab;
beforeAll(async () => {
  if (!isThere) return;
  lab = await openLab(1);
  await Promise.all([lab.uploadText("plain.py", plain), lab.cluster()]);
}, 120_000);
afterAll(async () => {
  if (isThere) await lab.dispose();
}, 60_000);

function workspace(): string {
  const { urls, subscriptionId } = lab.cloud.description;
  return `${urls.api}/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab`;
}

async function python3(program: string, ...words: string[]) {
  const { token } = lab.cloud.description;
  const env = { PATH: "/usr/bin:/bin", MLFLOW_TRACKING_TOKEN: token };
  return exec(python, ["-c", program, ...words], { env, timeout: 100_000 });
}

describe.skipIf(!isThere)("the genuine MLflow client (scripts/install-test-tools.sh mlflow)", () => {
  it("logs to the job's own run from an unmodified script, and a notebook reads it", async () => {
    const { job, logs } = await lab.run("plain", {
      nodeCount: 1,
      customToolkitSettings: { commandLine: `${python} $AZ_BATCHAI_MOUNT_ROOT/recipes/plain.py` },
    });
    expect([job.executionState, logs["stderr.txt"]]).toEqual([
      "succeeded",
      expect.not.stringContaining("Traceback"),
    ]);
    expect(logs["stdout.txt"]).toContain("runs ['baseline', 'fold']");
    expect(logs["stdout.txt"]).toMatch(/artifacts at file:\/\/\/.*\/mlflow\/j8-toolkits-plain\/artifacts/);
    const { stdout } = await python3(notebook, `${workspace()}/mlflow`);
    const seen = JSON.parse(
      (stdout.split("\n").find((line) => line.startsWith("{")) ?? "").replaceAll("-Infinity", '"-inf"'),
    ) as unknown;
    expect(seen).toEqual({
      run: "j8-toolkits-plain",
      status: "FINISHED",
      name: "baseline",
      history: Array.from({ length: 20 }, (_, step) => [step, 1 / (step + 1)]),
      text: "forty-two",
      artifacts: ["notes"],
      mine: ["FINISHED", "-inf", "1"],
      experiments: ["from-a-notebook", "toolkits"],
    });
  }, 200_000);

  it("keeps the files and models of a notebook's run, short and long ones", async () => {
    const { stdout } = await python3(files, `${workspace()}/mlflow`, "j8-toolkits-plain");
    const line = stdout.split("\n").find((text) => text.startsWith("{")) ?? "";
    expect(JSON.parse(line)).toEqual({
      listed: [
        ["a ü.txt", false, 5],
        ["conf.json", false, expect.any(Number)],
        ["long.bin", false, 12_000_000],
        ["short.bin", false, 9_000_000],
        ["sub", true, null],
      ],
      inside: ["sub/folder/none.txt"],
      text: "first",
      same: true,
      doubled: 42,
      left: ["a ü.txt", "conf.json", "long.bin", "short.bin"],
      refused: expect.stringContaining("only the job writes them"),
    });
  }, 200_000);
});
