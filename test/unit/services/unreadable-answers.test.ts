// Answers that are not the service's own: a page of something in between, half an answer.
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../domain/shared/errors.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import { keyVaults } from "../../../services/azure/key-vaults.ts";
import { vaultReference } from "../../support/vault-reference.ts";
import { resources } from "../../../services/azure/file-servers/resources.ts";

const answering = (status: number, text: string) => {
  const httpClient: HttpClient = {
    sendRequest: async (request) => ({ request, status, headers: createHttpHeaders(), bodyAsText: text }),
  };
  const rest = {
    endpoint: "https://batch.example",
    tokens: { token: async () => "good" },
    httpClient,
    retryDelayMs: 1,
  };
  return {
    batch: batchClient(batchTransport(rest)),
    vaults: keyVaults({
      endpointTemplate: "https://{vault}.vault.example",
      allowed: ["*"],
      tokens: rest.tokens,
      fetch: async () => new Response(text, { status }),
    }),
    resources: resources(rest, { subscriptionId: "s", name: "g" }),
  };
};

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => (error instanceof AppError ? [error.code, error.retryable, error.message] : error),
  );
const unread = (words: string) => ["ServiceUnavailable", true, expect.stringContaining(words) as string];

const machine = { type: "Microsoft.Compute/virtualMachines", name: "m" };
const task = { id: "t", commandLine: "true", environment: {}, resourceFiles: [], maxWallClockTime: "PT1H" };

describe.each([
  ["a page of a proxy", "<html>Please log in</html>"],
  ["half an answer", '{"value":[{"taskId":"t","sta'],
  ["an answer of another shape", '{"hello":"world"}'],
])("%s", (_what, text) => {
  it.each([
    ["a task", () => answering(200, text).batch.getTask("j", "t")],
    ["the tasks", () => answering(200, text).batch.changedTasks("j")],
    ["a pool", () => answering(200, text).batch.nodeCounts("p")],
    ["added tasks", () => answering(200, text).batch.addTasks("j", [task])],
    ["a secret", () => answering(200, text).vaults.read(vaultReference("vault1", "token"))],
    ["a machine", () => answering(200, text).resources.get(machine)],
  ])("in the place of %s says nothing, and is asked for again", async (_of, ask) => {
    expect(await failure(ask())).toEqual(unread("gave an answer that cannot be read"));
  });

  it.each([400, 403, 404, 409])("is no refusal either, whatever its status: %i", async (status) => {
    const { batch, vaults } = answering(status, text);
    expect(await failure(vaults.read(vaultReference("vault1", "token")))).toEqual(
      unread(`answered ${status} in words that are not a vault's`),
    );
    expect(await failure(batch.getTask("j", "t"))).toEqual(
      unread(`answered ${status} in words that are not its own`),
    );
    expect(await failure(batch.addTasks("j", [task]))).toEqual(unread("words that are not its own"));
  });
});

it("a 404 without a word is one", async () => {
  expect(await answering(404, "").batch.getTask("j", "t")).toBeUndefined();
});
