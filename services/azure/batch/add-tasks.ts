// Adding tasks to a Batch job, as many in a request as it takes ("Task - Create Task Collection": at most 100 tasks and
// 1 MB). Each task has its own answer. Adding a task again answers that it exists, so that repeating a request is safe.
import type { Batch, NewBatchTask, Refusal, TaskAnswer } from "../../batch.ts";
import { path, read } from "./transport.ts";
import type { BatchTransport } from "./transport.ts";
import { WireAddedTasks } from "./wire.ts";
import type { WireAddedTask } from "./wire.ts";

const mostPerRequest = 100;
/** Statuses of a refusal that is about the tasks, and not about their job. */
const aboutTasks: ReadonlySet<number> = new Set([400, 413]);

export async function addTasks(
  transport: BatchTransport,
  jobId: string,
  tasks: readonly NewBatchTask[],
): ReturnType<Batch["addTasks"]> {
  const answers: TaskAnswer[] = [];
  for (let first = 0; first < tasks.length; first += mostPerRequest) {
    const some = await addSome(transport, jobId, tasks.slice(first, first + mostPerRequest));
    if ("kind" in some) return some;
    answers.push(...some);
  }
  return answers;
}

async function addSome(
  transport: BatchTransport,
  jobId: string,
  tasks: readonly NewBatchTask[],
): Promise<readonly TaskAnswer[] | Refusal> {
  const reply = await transport.send({
    method: "POST",
    path: path`jobs/${jobId}/addtaskcollection`,
    body: { value: tasks.map(taskBody) },
  });
  if (reply.ok) return answersOf(tasks, read(WireAddedTasks, reply.text).value);
  const refusal = { kind: "refused", code: reply.code, message: reply.message } as const;
  if (!aboutTasks.has(reply.status)) return refusal;
  if (tasks.length === 1) return [refusal];
  // Too much in one request, or one of them is malformed: no other may suffer for it.
  const middle = Math.ceil(tasks.length / 2);
  const halves: TaskAnswer[] = [];
  for (const half of [tasks.slice(0, middle), tasks.slice(middle)]) {
    const some = await addSome(transport, jobId, half);
    if ("kind" in some) return some;
    halves.push(...some);
  }
  return halves;
}

function answersOf(tasks: readonly NewBatchTask[], found: readonly WireAddedTask[]): readonly TaskAnswer[] {
  const byId = new Map(found.map((answer) => [answer.taskId.toLowerCase(), answer]));
  return tasks.map(({ id }) => answerOf(byId.get(id.toLowerCase())));
}

function answerOf(found: WireAddedTask | undefined): TaskAnswer {
  if (found?.status === "success") return { kind: "added" };
  const { code = "Unknown", message = "" } = found?.error ?? {};
  if (code === "TaskExists") return { kind: "exists" };
  if (found?.status === "clienterror") return { kind: "refused", code, message };
  return { kind: "later", code };
}

function taskBody(task: NewBatchTask): object {
  return {
    id: task.id,
    commandLine: task.commandLine,
    environmentSettings: Object.entries(task.environment).map(([name, value]) => ({ name, value })),
    resourceFiles: task.resourceFiles,
    // Users' commands run as root, as they did in Batch AI; the pool scope keeps one user for all tasks of a node.
    userIdentity: { autoUser: { scope: "pool", elevationLevel: "admin" } },
    constraints: { maxTaskRetryCount: 0, maxWallClockTime: task.maxWallClockTime },
    multiInstanceSettings: task.multiInstance,
  };
}
