// Starts an emulator for conformance tests and makes the genuine clients for it.
import { BatchManagementClient } from "@azure/arm-batch";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import type { RequestPolicyFactory } from "@azure/ms-rest-js";
import type { Launch } from "../../../local/batch-emulator/agent/executor.ts";
import { startBatchEmulator } from "../../../local/batch-emulator/index.ts";
import type { BatchEmulator, EmulatorOptions } from "../../../local/batch-emulator/index.ts";
import { systemClock } from "../../../local/clock.ts";
import type { LogFields, Logger } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { recordedBatch } from "../../support/contract/recorded-batch.ts";
import { scriptedExecutor } from "../../support/scripted-executor.ts";
import type { ScriptedExecutor } from "../../support/scripted-executor.ts";

export const accountKey = Buffer.from("the key of a test account, nothing secret").toString("base64");
export const subscriptionId = "00000000-0000-0000-0000-000000000001";

export interface UnderTest {
  readonly emulator: BatchEmulator;
  readonly executor: ScriptedExecutor;
  readonly batch: BatchServiceClient;
  readonly arm: BatchManagementClient;
  /** What the emulator logged as errors: must stay empty. */
  readonly errors: string[];
}

export async function underTest(options: Partial<EmulatorOptions> = {}): Promise<UnderTest> {
  const clock = options.clock ?? systemClock();
  const executor = scriptedExecutor(clock, { files: true });
  const errors: string[] = [];
  const note = (event: string, fields?: LogFields) => void errors.push(`${event} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: () => {}, info: () => {}, warn: note, error: note };
  const record = recordedBatch();
  const started = await startBatchEmulator({
    dataDirectory: "memory",
    port: 0,
    accountName: "devbatch",
    accountKey,
    subscriptionId,
    resourceGroup: "local",
    location: "westeurope",
    clock,
    random: seededRandom(7),
    logger,
    executor,
    mounts: {
      attach: () => Promise.resolve({ ok: true }),
      flush: () => Promise.resolve(),
      detach: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    verifyBearer: (token) => Promise.resolve(token === "good" ? "allowed" : "unknown"),
    around: record.around,
    ...options,
  });
  // Requests of these tests may be wrong on purpose; no answer may be other than Microsoft describes it.
  const emulator: BatchEmulator = {
    ...started,
    async dispose(how) {
      await started.dispose(how);
      if (record.inAnswers.size > 0)
        throw new Error(`Answers that are not as described:\n${[...record.inAnswers].sort().join("\n")}`);
    },
  };
  return { emulator, executor, errors, batch: batchClient(emulator.url), arm: armClient(emulator.url) };
}

export function batchClient(url: string, key = accountKey, name = "devbatch"): BatchServiceClient {
  return new BatchServiceClient(new BatchSharedKeyCredentials(name, key), url, { noRetryPolicy: true });
}

/** The same client, telling `note` of every request that it sends. */
export function watchedBatchClient(
  url: string,
  note: (method: string, url: string) => void,
): BatchServiceClient {
  const watch: RequestPolicyFactory = {
    create: (nextPolicy) => ({
      sendRequest(request) {
        note(request.method, request.url);
        return nextPolicy.sendRequest(request);
      },
    }),
  };
  return new BatchServiceClient(new BatchSharedKeyCredentials("devbatch", accountKey), url, {
    noRetryPolicy: true,
    requestPolicyFactories: (defaults) => [...defaults, watch],
  });
}

export function armClient(url: string, token = "good", subscription = subscriptionId): BatchManagementClient {
  const credential = {
    getToken: () => Promise.resolve({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
  };
  const client = new BatchManagementClient(credential, subscription, {
    endpoint: url,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "plainBearer",
    sendRequest(request, next) {
      request.headers.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  });
  return client;
}

/** Polls until `done` holds; fails after twenty seconds, or as given: machines under load take their time. */
export async function eventually<T>(
  read: () => Promise<T>,
  done: (value: T) => boolean,
  limitMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`never happened; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The first launch whose environment fits. A task is said to run a moment before its executor is told to. */
export async function launched(
  { executor }: UnderTest,
  fits: (environment: Readonly<Record<string, string>>) => boolean,
): Promise<Launch> {
  const found = () => Promise.resolve(executor.launches.find((launch) => fits(launch.environment)));
  return (await eventually(found, (launch) => launch !== undefined)) as Launch;
}

/** What a pool needs so that its nodes can be reached by ssh. */
export const sshWay = {
  networkConfiguration: {
    endpointConfiguration: {
      inboundNATPools: [
        {
          name: "ssh",
          protocol: "tcp" as const,
          backendPort: 22,
          frontendPortRangeStart: 15_000,
          frontendPortRangeEnd: 15_100,
        },
      ],
    },
  },
};

export const linuxPool = {
  vmSize: "Standard_D2s_v3",
  virtualMachineConfiguration: {
    imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2204", version: "latest" },
    nodeAgentSKUId: "batch.node.ubuntu 22.04",
  },
};
