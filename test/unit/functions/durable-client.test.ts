// What a caller is told when the workflow engine does not do what it was asked: whether it was reached at all.
import { afterEach, describe, expect, it } from "vitest";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { InvocationContext } from "@azure/functions";
import { input } from "durable-functions";
import { durableOrchestrations } from "../../../functions/lib/durable-client.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** The client of an invocation whose extension lives at this port. */
function orchestrationsAt(port: number) {
  const client = input.durableClient();
  const binding = {
    taskHubName: "Hub",
    connectionName: "Storage",
    creationUrls: {},
    managementUrls: { id: "INSTANCEID" },
    baseUrl: `http://127.0.0.1:${port}`,
    rpcBaseUrl: `http://127.0.0.1:${port}/`,
    requiredQueryStringParameters: "",
  };
  const context = {
    options: { extraInputs: [client] },
    extraInputs: { get: () => binding },
  } as unknown as InvocationContext;
  return durableOrchestrations(context);
}

async function engineThatAnswers(status: number): Promise<number> {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("a workflow engine that", () => {
  it("answers with an error was reached, and its status is told", async () => {
    const orchestrations = orchestrationsAt(await engineThatAnswers(500));
    await expect(orchestrations.noted("one")).rejects.toThrow(
      "The workflow engine refused the request (HTTP 500).",
    );
    await expect(orchestrations.start("run", "one", {})).rejects.toThrow("HTTP 500");
  });

  it("is not there could not be reached", async () => {
    const port = await engineThatAnswers(200);
    await new Promise((resolve) => server?.close(resolve));
    await expect(orchestrationsAt(port).noted("one")).rejects.toThrow(
      "The workflow engine could not be reached.",
    );
  });
});
