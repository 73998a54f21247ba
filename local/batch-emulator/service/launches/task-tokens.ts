// The token in AZ_BATCH_AUTHENTICATION_TOKEN: lets a running task act on its own job and on nothing else. It names the
// attempt and is signed with a secret made from the account's key, so that nothing is stored and it dies with the attempt.
// Source: "Task - Add" (AuthenticationTokenSettings), "Azure Batch runtime environment variables".
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Job, Task } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

const marker = "task";

function signature(account: AccountState, payload: string): Buffer {
  const secret = createHmac("sha256", account.settings.keys.primary)
    .update("task authentication tokens")
    .digest();
  return createHmac("sha256", secret).update(payload).digest();
}

export function taskToken(account: AccountState, task: Task): string | undefined {
  if (task.spec.authenticationTokenSettings?.access?.includes("job") !== true) return undefined;
  const payload = [task.job.row, task.row, task.attempt].join("-");
  return `${marker}.${payload}.${signature(account, payload).toString("base64url")}`;
}

/** The job on which the token's bearer may act; undefined when it is no token of a task that runs now. */
export function jobOfTaskToken(account: AccountState, token: string): Job | undefined {
  const [kind, payload = "", given = ""] = token.split(".");
  if (kind !== marker) return undefined;
  const expected = signature(account, payload);
  const actual = Buffer.from(given, "base64url");
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  const [jobRow = 0, taskRow = 0, attempt] = payload.split("-").map(Number);
  const [job] = account.jobs.after(jobRow - 1);
  if (job?.row !== jobRow) return undefined;
  const [task] = job.tasks.after(taskRow - 1);
  return task?.row === taskRow && task.attempt === attempt && task.run?.cancelled === false ? job : undefined;
}

/** The paths of the data plane that belong to a job. */
export function isWithinJob(job: Job, rawPath: string): boolean {
  const [root, id] = rawPath.split("/").filter(Boolean);
  if (root !== "jobs" || id === undefined) return false;
  try {
    return decodeURIComponent(id).toLowerCase() === job.key;
  } catch {
    return false;
  }
}
