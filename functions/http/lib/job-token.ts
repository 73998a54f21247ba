// A job's own token, which its programs have: it speaks for that job alone, until the job has ended.
import type { HttpRequest } from "@azure/functions";
import { isFinished } from "../../../domain/job/machine.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import { formatId } from "../../../domain/shared/resource-id.ts";
import type { Services } from "../../../services/services.ts";
import type { Principal } from "../../../services/token-verifier.ts";
import { bearerOf } from "./guard.ts";
import { requestedRef } from "./refs.ts";
import type { ApiRequest } from "./request.ts";

/** @returns the job's GUID; undefined for a token of anybody else. */
export function jobOfToken(request: HttpRequest, { jobTokens }: Services): string | undefined {
  const bearer = bearerOf(request);
  return bearer === undefined ? undefined : jobTokens.verify(bearer);
}

/** Without a role: what it may do is told by the routes that take it. */
export function jobPrincipal(guid: string): Principal {
  return { subject: `job:${guid}`, tenant: "", roles: [], groups: [] };
}

/** @throws AppError AuthorizationFailed unless the token is of the job that the path names. */
export async function authoriseJob(request: ApiRequest, services: Services, guid: string): Promise<void> {
  checkOwnJob(await services.state.jobs.get(requestedRef(request, "job")), guid);
}

/** @throws AppError AuthorizationFailed for a token of another job, or of one that has ended. */
export function checkOwnJob(job: JobDocument | undefined, guid: string): void {
  if (job?.guid !== guid)
    throw new AppError("AuthorizationFailed", "The token is of a job, and speaks for that job alone.");
  if (isFinished(job.executionState))
    throw new AppError("AuthorizationFailed", `The job ${formatId(job)} has ended, and so has its token.`);
}
