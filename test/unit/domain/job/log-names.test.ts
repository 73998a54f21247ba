import { expect, test } from "vitest";
import { logsOfNode } from "../../../../domain/job/log-names.ts";

const script = { pythonScriptFilePath: "train.py" };

test("a node's logs are those of the processes that run on it", () => {
  const job = { nodeCount: 2, tensorFlowSettings: { ...script, workerCount: 2, parameterServerCount: 1 } };
  expect(logsOfNode(job, 0).map(({ stdout }) => stdout)).toEqual(["stdout.txt", "stdout-ps-0.txt"]);
  expect(logsOfNode(job, 1)).toEqual([{ stdout: "stdout-wk-1.txt", stderr: "stderr-wk-1.txt" }]);
});

test("where mpirun brings the processes to the nodes, the first node's log is that of all", () => {
  const job = { nodeCount: 2, horovodSettings: { ...script, processCount: 2 } };
  expect(logsOfNode(job, 0).map(({ stderr }) => stderr)).toEqual(["stderr.txt"]);
  expect(logsOfNode(job, 1)).toEqual([]);
});
