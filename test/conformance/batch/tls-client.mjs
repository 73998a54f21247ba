// Drives the genuine clients over TLS with nothing but their public options, in a process that trusts the emulator's
// certificate as users are told to (NODE_EXTRA_CA_CERTS). Prints what it found as JSON.
import { BatchManagementClient } from "@azure/arm-batch";
import { BatchServiceClient } from "@azure/batch";

const { ENDPOINT = "", TOKEN = "", SUBSCRIPTION = "" } = process.env;
const credential = {
  getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const arm = new BatchManagementClient(credential, SUBSCRIPTION, {
  endpoint: ENDPOINT,
  retryOptions: { maxRetries: 0 },
});

async function story() {
  const account = await arm.batchAccountOperations.get("local", "devbatch");
  const made = await arm.poolOperations.create("local", "devbatch", "secure", {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: { publisher: "canonical", offer: "ubuntu-24_04-lts", sku: "server" },
        nodeAgentSkuId: "batch.node.ubuntu 24.04",
      },
    },
    scaleSettings: { fixedScale: { targetDedicatedNodes: 1 } },
  });
  const data = new BatchServiceClient(credential, `https://${account.accountEndpoint}`, {
    noRetryPolicy: true,
  });
  const seen = (await data.pool.list()).map((pool) => pool.id);
  await arm.poolOperations.beginDeleteAndWait("local", "devbatch", "secure", { updateIntervalInMs: 0 });
  const left = [];
  for await (const pool of arm.poolOperations.listByBatchAccount("local", "devbatch")) left.push(pool.name);
  return { account: account.name, provisioningState: made.provisioningState, etag: made.etag, seen, left };
}

story().then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (error) => process.stdout.write(JSON.stringify({ refused: error.statusCode, code: error.code })),
);
