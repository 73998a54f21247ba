// A small client of the public REST API: authenticated requests, errors in the API's own words, long-running operations.
// It knows nothing of the service's inside; any other client could do the same.

export const apiVersion = "2018-05-01";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

export interface ApiClient {
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>;
  post<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>;
  /** PUT and, when the service answers 202, waits for the operation to end. Rejects with ApiError when it failed. */
  put(path: string, body?: unknown): Promise<void>;
  /** DELETE, waiting for the operation to end; an absent resource is fine. */
  delete(path: string): Promise<void>;
}

export interface ApiClientOptions {
  readonly baseUrl: string;
  readonly token: string;
  /** Between two polls of an operation. Default 250 ms. */
  readonly pollIntervalMs?: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export function createApiClient({ baseUrl, token, pollIntervalMs = 250 }: ApiClientOptions): ApiClient {
  const send = async (method: string, url: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) throw toApiError(response.status, parsed);
    return { status: response.status, headers: response.headers, body: parsed };
  };
  const toUrl = (path: string, query: Readonly<Record<string, string>> = {}) =>
    `${new URL(path, baseUrl).href}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
  const settle = async (answer: Answer): Promise<void> => {
    const operation = answer.headers.get("azure-asyncoperation");
    if (answer.status !== 202 || operation === null) return;
    for (;;) {
      const { body } = await send("GET", operation);
      const { status, error } = body as { status: string; error?: { code: string; message: string } };
      if (status === "Succeeded") return;
      if (status !== "InProgress")
        throw new ApiError(200, error?.code ?? status, error?.message ?? `the operation ended ${status}`);
      await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
  };
  return {
    get: async <T>(path: string, query?: Readonly<Record<string, string>>) =>
      (await send("GET", toUrl(path, query))).body as T,
    post: async <T>(path: string, query?: Readonly<Record<string, string>>) =>
      (await send("POST", toUrl(path, query))).body as T,
    put: async (path, body) => settle(await send("PUT", toUrl(path), body)),
    delete: async (path) => settle(await send("DELETE", toUrl(path))),
  };
}

function toApiError(status: number, body: unknown): ApiError {
  const error = (body as { error?: { code?: string; message?: string } } | undefined)?.error;
  return new ApiError(
    status,
    error?.code ?? `Http${status}`,
    error?.message ?? `the service answered ${status}`,
  );
}
