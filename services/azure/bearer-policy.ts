// Puts a bearer token on requests. The SDK's own policy refuses every plain-http URL; this one leaves that decision to
// `endpoints.ts`, which allows loopback hosts only.
import type { PipelinePolicy } from "@azure/core-rest-pipeline";

export interface TokenSource {
  /** A token for an OAuth scope (`https://…/.default`), from a cache while it is fresh. */
  token(scope: string): Promise<string>;
}

export function bearerPolicy(tokens: TokenSource, scope: string): PipelinePolicy {
  return {
    name: "openBatchAiBearer",
    async sendRequest(request, next) {
      request.headers.set("authorization", `Bearer ${await tokens.token(scope)}`);
      return next(request);
    },
  };
}
