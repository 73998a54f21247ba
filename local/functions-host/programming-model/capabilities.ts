// The one capabilities exchange of an app's life. It locks `app.setup`, and with HTTP streaming switched on makes the
// library open an HTTP server of its own. That server would listen on every interface and never be closed, so while the
// exchange runs a listening server is sent to loopback and remembered.
import net from "node:net";
import type { ProgrammingModel } from "./rpc.ts";

/** What the Node worker advertises (azure-functions-nodejs-worker, WorkerInitHandler). */
const workerCapabilities: Readonly<Record<string, string>> = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};

export interface Capabilities {
  /** Where the library's streaming server listens; absent without `enableHttpStream`. */
  readonly httpUri?: string;
  close(): void;
}

export async function exchangeCapabilities(model: ProgrammingModel): Promise<Capabilities> {
  const servers: net.Server[] = [];
  const restore = listenOnLoopback(servers);
  try {
    const answer = (await model.getCapabilities?.({ ...workerCapabilities })) ?? {};
    const close = () => servers.forEach((server) => server.close());
    // The library says `localhost`, which may resolve to ::1 first.
    return answer.HttpUri
      ? { httpUri: answer.HttpUri.replace("//localhost:", "//127.0.0.1:"), close }
      : { close };
  } finally {
    restore();
  }
}

function listenOnLoopback(servers: net.Server[]): () => void {
  const prototype = net.Server.prototype as { listen: (...args: unknown[]) => net.Server };
  const listen = prototype.listen;
  prototype.listen = function (this: net.Server, ...args: unknown[]) {
    if (!servers.includes(this)) servers.push(this);
    const port = typeof args[0] === "number" ? args[0] : 0;
    return listen.call(this, port, "127.0.0.1", ...args.filter((arg) => typeof arg === "function"));
  };
  return () => void (prototype.listen = listen);
}
