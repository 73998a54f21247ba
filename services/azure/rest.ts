// HTTP to a REST service of Azure: bearer token, retries, and failures as values. Retries are the pipeline's; every request we
// make is idempotent by its ids, so that repeating one is safe. Which service it is, its callers say.
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpClient, HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { AppError } from "../../domain/shared/errors.ts";
import { bearerPolicy } from "./bearer-policy.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { isLoopbackHttp } from "./endpoints.ts";
import { patientPipeline, requestTimeoutMs } from "./patient-pipeline.ts";

export interface RestOptions {
  readonly endpoint: string;
  readonly tokens: TokenSource;
  readonly httpClient?: HttpClient | undefined;
  /** Pause before the first retry. */
  readonly retryDelayMs?: number | undefined;
}

export interface RestRequest {
  readonly method: HttpMethods;
  readonly url: string;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type RestReply =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

/** Answers of 2xx and 4xx; anything that may pass by itself (429, 5xx, network) throws a retryable AppError. */
export type RestClient = (request: RestRequest) => Promise<RestReply>;

interface Service {
  /** As messages name it. */
  readonly name: string;
  readonly scope: string;
  readonly contentType: string;
  /** @throws when the text is no error of the service's. */
  readonly readError: (text: string) => { readonly code: string; readonly message: string };
}

export function restClient(options: RestOptions, service: Service): RestClient {
  const allowInsecureConnection = isLoopbackHttp(options.endpoint);
  const client = options.httpClient ?? createDefaultHttpClient();
  const pipeline = patientPipeline(options.retryDelayMs);
  pipeline.addPolicy(bearerPolicy(options.tokens, service.scope));
  return async ({ method, url, body, headers }) => {
    const request = createPipelineRequest({
      method,
      url,
      allowInsecureConnection,
      timeout: requestTimeoutMs,
      headers: createHttpHeaders({
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": service.contentType }),
        ...headers,
      }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    let response: PipelineResponse;
    try {
      response = await pipeline.sendRequest(client, request);
    } catch (cause) {
      throw new AppError("ServiceUnavailable", `${service.name} could not be reached.`, { cause });
    }
    const text = response.bodyAsText ?? "";
    if (response.status < 300) return { ok: true, status: response.status, text };
    const passes = response.status === 429 || response.status >= 500;
    const { code, message } = errorOf(text, response.status, service, passes);
    if (passes)
      throw new AppError(
        "ServiceUnavailable",
        `${service.name} answered ${response.status} ${code}: ${message}`,
      );
    return { ok: false, status: response.status, code, message };
  };
}

/** A refusal that is not in the service's words is somebody else's, or half of one: nothing is concluded from it. */
function errorOf(
  text: string,
  status: number,
  service: Pick<Service, "name" | "readError">,
  passes: boolean,
) {
  try {
    return service.readError(text);
  } catch (cause) {
    const unread = { code: `Http${status}`, message: text.slice(0, 200) };
    if (text === "" || passes) return unread;
    throw new AppError(
      "ServiceUnavailable",
      `${service.name} answered ${status} in words that are not its own.`,
      { cause },
    );
  }
}
