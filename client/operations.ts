// Long-running operations: the service accepts (202) and tells by a link how far it is.
import { OperationStatusResponse } from "../domain/shared/answers.ts";
import { ApiError } from "./api-error.ts";
import { checked } from "./checked.ts";
import type { Answer, HttpApi } from "./http-api.ts";

/** Reads get rarer: many operations end at once, others take minutes. */
const shortestPauseMs = 100;
const longestPauseMs = 2_000;

/** Resolves when the operation behind the answer has ended; at once, when there is none. Rejects with ApiError when it failed. */
export async function settled(api: HttpApi, answer: Answer): Promise<void> {
  const link = answer.headers.get("azure-asyncoperation");
  if (answer.status !== 202 || link === null) return;
  const { pathname, search } = new URL(link);
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const { body } = await api.send("GET", pathname + search);
    const { status, error } = checked(OperationStatusResponse, body);
    if (status === "Succeeded") return;
    if (status === "Failed")
      throw new ApiError(200, error?.code ?? "OperationFailed", error?.message ?? "the operation failed");
    await api.sleep(pauseMs);
  }
}
