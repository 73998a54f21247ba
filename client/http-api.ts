// Authenticated requests to the public REST API. Nothing here knows a resource; nothing elsewhere in the client knows HTTP.
import { refusalOf, UnreachableError } from "./api-error.ts";

export const apiVersion = "2018-05-01";

/** What is asked over HTTP; `fetch` does. */
export type Ask = (
  url: URL,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
) => Promise<Pick<Response, "ok" | "status" | "text"> & { readonly headers: AnswerHeaders }>;
export type AnswerHeaders = Pick<Headers, "get">;

export interface Connection {
  /** `http://127.0.0.1:7180` */
  readonly endpoint: string;
  /** A bearer token; never shown. */
  readonly token: string;
  readonly fetch?: typeof fetch;
  /** How the API is asked, where not by `fetch`. */
  readonly ask?: Ask | undefined;
  /** Between two reads of something that goes on. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Of JSON; undefined for anything else. */
  readonly body: unknown;
  readonly text: string;
}

export interface HttpApi {
  /** `path` begins with a slash, or is a whole link that the service gave. Rejects with ApiError or UnreachableError. */
  send(
    method: string,
    path: string,
    request?: { readonly query?: Readonly<Record<string, string>>; readonly body?: unknown },
  ): Promise<Answer>;
  sleep(ms: number): Promise<void>;
}

export function createHttpApi(connection: Connection): HttpApi {
  const { endpoint, token, sleep = pause } = connection;
  const ask: Ask = connection.ask ?? connection.fetch ?? fetch;
  const { origin } = new URL(endpoint);
  return {
    sleep,
    async send(method, path, { query = {}, body } = {}) {
      const url = new URL(path, endpoint);
      // A link of the service's leads back to it; the token goes nowhere else.
      if (url.origin !== origin)
        throw new Error(`${url.origin} is not ${origin}: the token is not sent there.`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", apiVersion);
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      if (body !== undefined) headers["content-type"] = "application/json";
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await ask(url, init).catch((cause: unknown) => {
        throw new UnreachableError(origin, cause);
      });
      const text = await response.text();
      const answer = bodyOf(text);
      if (!response.ok) throw refusalOf(response.status, answer);
      return { status: response.status, headers: response.headers, body: answer, text };
    },
  };
}

/** The same service in another version of its API; links that it gave keep theirs. */
export function inVersion(api: HttpApi, version: string): HttpApi {
  return {
    ...api,
    send: (method, path, { query = {}, body } = {}) =>
      api.send(method, path, {
        query: /[?&]api-version=/.test(path) ? query : { ...query, "api-version": version },
        body,
      }),
  };
}

/** What is no JSON comes from something between here and the service. */
function bodyOf(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
