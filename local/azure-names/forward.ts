// Hands a request that came under an account's own name to the service that holds the account, as it is: signatures are
// made over its path, its query and most of its headers, Host included.
import { Agent, request as ask } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import type { AzureService } from "./names.ts";
import { azureName } from "./names.ts";

/** RFC 9110, section 7.6.1: what is said of one connection only. */
const ofConnection = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"];

export interface Forwarding {
  readonly listener: RequestListener;
  dispose(): void;
}

/** Links in Batch's answers begin with the scheme of the request, which ended here. */
const asHttps = ["X-Forwarded-Proto", "https"];

/** `ports`: where each service listens on this machine. */
export function forwarding(ports: Readonly<Partial<Record<AzureService, number>>>): Forwarding {
  const agent = new Agent({ keepAlive: true });
  return {
    listener: (request, response) => {
      const name = azureName((request.headers.host ?? "").replace(/:443$/, ""));
      const port = name && ports[name.service];
      if (name === undefined || port === undefined)
        return void fail(response, 400, "The Host header names no account that is served here.");
      const onward = ask(
        {
          agent,
          host: "127.0.0.1",
          port,
          method: request.method,
          path: request.url,
          headers: [...rawHeaders(request), ...(name.service === "batch" ? asHttps : [])],
          setHost: false,
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.statusMessage, rawHeaders(answer));
          pipeline(answer, response, () => undefined);
        },
      );
      onward.once("error", () => fail(response, 502, `The local ${name.service} service does not answer.`));
      response.once("close", () => onward.destroy());
      pipeline(request, onward, () => undefined);
    },
    dispose: () => agent.destroy(),
  };
}

/** Names in the spelling and order of the sender, values as they were, names and values by turns. */
function rawHeaders(message: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = message.rawHeaders.slice(index, index + 2);
    if (!ofConnection.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function fail(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "text/plain" }).end(`${message}\n`);
}
