// What a thousand `log_metric` take the genuine MLflow client in a job on the local cloud: through the forwarder on the node, and straight
// to the service, in turns. Needs scripts/install-test-tools.sh mlflow. Run: npm run bench -- tracking/log-metric
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testTools } from "../../test/support/test-tools.ts";
import { openLab } from "../../test/support/toolkits/lab.ts";
import { report } from "../durable/support/measure.ts";

const python = join(testTools, "mlflow/bin/python");
const script = `
import mlflow, time
with mlflow.start_run():
    mlflow.log_metric("warm", 1)
    began = time.perf_counter()
    for step in range(1000):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    print("took", time.perf_counter() - began)
`;

/** Clients that know of a proxy are not given the forwarder. */
const straight = [{ name: "no_proxy", value: "*" }];

if (!existsSync(python)) console.log("skipped: the MLflow client is not installed");
else {
  const lab = await openLab(1);
  try {
    await lab.uploadText("log.py", script);
    const took = async (name: string, environmentVariables: typeof straight) => {
      const { logs } = await lab.run(name, {
        nodeCount: 1,
        environmentVariables,
        customToolkitSettings: { commandLine: `${python} $AZ_BATCHAI_MOUNT_ROOT/recipes/log.py` },
      });
      return Number(/took ([\d.]+)/.exec(logs["stdout.txt"] ?? "")?.[1]);
    };
    for (let round = 0; round < 2; round += 1) {
      const unit = "s";
      report({
        name: "1,000 log_metric through the forwarder",
        value: await took(`with-${round}`, []),
        unit,
        target: { atMost: 3 },
      });
      report({ name: "1,000 log_metric straight", value: await took(`without-${round}`, straight), unit });
    }
  } finally {
    await lab.dispose();
  }
}
