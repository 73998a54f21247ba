// The way of our own requests to Azure: what may pass by itself is tried again, three times.
import { createEmptyPipeline, defaultRetryPolicy } from "@azure/core-rest-pipeline";
import type { Pipeline } from "@azure/core-rest-pipeline";

/** Of one try. */
export const requestTimeoutMs = 30_000;
const firstRetryDelayMs = 500;

/** @param retryDelayMs pause before the first retry. */
export function patientPipeline(retryDelayMs = firstRetryDelayMs): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(
    defaultRetryPolicy({ maxRetries: 3, retryDelayInMs: retryDelayMs, maxRetryDelayInMs: 8_000 }),
  );
  return pipeline;
}
