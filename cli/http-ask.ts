// Asks the API over Node's own HTTP client: `fetch` takes a command line, which asks for one thing and ends, more time to be loaded than the
// answer takes. What it does besides, such as following redirections, is left to it.
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Ask } from "../client/http-api.ts";

/** As `fetch` has it. */
const silenceMs = 300_000;

export const httpAsk: Ask = async (url, init) => {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const answer = await answerTo(request, url, init);
  const { statusCode: status = 0, headers } = answer;
  if (status >= 300 && status < 400) {
    answer.resume();
    return fetch(url, init);
  }
  const text = await textOf(answer);
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    text: async () => text,
  };
};

type Request = (
  url: URL,
  options: RequestOptions,
  answered: (answer: IncomingMessage) => void,
) => ClientRequest;

function answerTo(
  request: Request,
  url: URL,
  { body, ...init }: Parameters<Ask>[1],
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? init.headers
        : { ...init.headers, "content-length": String(Buffer.byteLength(body)) };
    const asked = request(url, { method: init.method, headers }, resolve);
    asked.on("error", (cause) => reject(new Error(cause.message, { cause })));
    asked.setTimeout(silenceMs, () => asked.destroy(new Error(`no answer in ${silenceMs / 1_000} s`)));
    asked.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
