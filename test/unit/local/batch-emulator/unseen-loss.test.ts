// A machine that is gone before Batch knows. Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { loseMachine } from "../../../../local/batch-emulator/service/evictions/unseen-loss.ts";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

test("a node is well until its time, then it is preempted and its task waits again", async () => {
  const of = serviceBench({ parameters: { preemptionReturnMs: 60_000 } });
  addPool(of.account, {
    id: "p",
    ...machine,
    enableInterNodeCommunication: true,
    targetLowPriorityNodes: 2,
  });
  const job = addJob(of.account, { id: "j", poolInfo: { poolId: "p" } });
  const task = addTask(of.account, job, {
    id: "t",
    commandLine: "hold",
    multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "exit 0" },
  });
  await settle(of);
  const [first, second] = task.run?.nodes ?? [];
  if (first === undefined || second === undefined) throw new Error("the task runs on two nodes");
  expect(() => loseMachine(of.account, first, 5_000)).toThrow(/runs the first or only instance/);
  loseMachine(of.account, second, 5_000);
  await settle(of);
  await of.clock.advance(4_000);
  expect([second.state, task.state]).toEqual(["running", "running"]);
  await of.clock.advance(2_000);
  expect([second.state, task.state, task.execution?.requeueCount]).toEqual(["preempted", "active", 1]);
});
