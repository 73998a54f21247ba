// `UseDevelopmentStorage=true`: the app's own client, the host's bindings and a program outside mean one storage.
import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterEach, expect, it } from "vitest";
import {
  developmentAccount,
  developmentConnection,
  developmentPorts,
} from "../../../local/functions-host/bindings/development-account.ts";
import { silentLogger } from "../../../local/logger.ts";
import { startAzurite } from "../../../local/storage/index.ts";
import { writeApp } from "../../local/functions-host/host-under-test.ts";
import { startCli } from "./running-cli.ts";

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startHost() {
  const folder = await writeApp({
    "host.json": JSON.stringify({
      version: "2.0",
      extensions: { queues: { maxPollingInterval: "00:00:00.100" } },
    }),
    "local.settings.json": JSON.stringify({
      Values: { AzureWebJobsStorage: "UseDevelopmentStorage=true", Orders: "usedevelopmentstorage = TRUE;" },
    }),
    "index.js": `
      const { app } = require("@azure/functions");
      const { QueueServiceClient } = require("@azure/storage-queue");
      const queue = (name) => QueueServiceClient.fromConnectionString(process.env.Orders).getQueueClient(name);
      app.storageQueue("relay", {
        queueName: "orders", connection: "Orders",
        handler: async (message) => {
          await queue("done").createIfNotExists();
          await queue("done").sendMessage(Buffer.from(message + " done").toString("base64"));
        },
      });`,
  });
  const host = await startCli(folder, "--port", "0", "--data", "memory");
  endings.push(async () => {
    host.child.kill("SIGTERM");
    await host.ended;
  });
  return host;
}

/** What a program outside sends is what the app's own client answers: one storage. */
async function expectRelay(connection: string): Promise<void> {
  const queues = QueueServiceClient.fromConnectionString(connection);
  const orders = queues.getQueueClient("orders");
  await orders.createIfNotExists();
  await orders.sendMessage(Buffer.from("order").toString("base64"));
  const done = queues.getQueueClient("done");
  const read = async () =>
    (await done.exists()) ? (await done.receiveMessages()).receivedMessageItems[0]?.messageText : undefined;
  await expect.poll(read, { timeout: 60_000 }).toBe(Buffer.from("order done").toString("base64"));
}

const startDevelopmentAzurite = () =>
  startAzurite({
    dataDirectory: "memory",
    account: developmentAccount,
    ports: developmentPorts,
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });

it("an Azurite that answers on its published ports is shared, and goes on after the host", async () => {
  const azurite = await startDevelopmentAzurite();
  endings.push(() => azurite.dispose());
  const host = await startHost();
  expect(host.told.storageConnectionString).toBe(developmentConnection);
  await expectRelay(azurite.connectionString);
  host.child.kill("SIGTERM");
  expect(await host.ended).toBe(0);
  expect(
    await QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient("orders").exists(),
  ).toBe(true);
});

it("where nobody answers, the host's own storage is on the published ports", async () => {
  await startHost();
  await expectRelay(developmentConnection);
});

it("where another program has one of the ports, storage goes elsewhere and the app is given its address", async () => {
  const stranger = await new Promise<Server>((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.listen(developmentPorts.queue, "127.0.0.1", () => resolve(server));
  });
  endings.push(() => new Promise((resolve) => stranger.close(resolve)));
  const host = await startHost();
  expect(host.told.storageConnectionString).not.toContain(`:${developmentPorts.blob}/`);
  expect(host.complaint()).toContain("storage.portsTaken");
  await expectRelay(host.told.storageConnectionString);
});
