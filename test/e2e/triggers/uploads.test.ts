// Real uploads and messages to the local cloud as a process, which is killed meanwhile: one job for each. The jobs wait on a cluster
// without nodes. TRIGGER_UPLOADS=2000 makes it the large proof.
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { StorageSharedKeyCredential as QueueKey } from "@azure/storage-queue";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LocalCloud } from "../../../local/start.ts";
import { until } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { apiOf } from "../../support/raw-api.ts";

const count = Number(process.env["TRIGGER_UPLOADS"] ?? "100");
const kills = 2;
const patienceMs = 120_000 + count * 100;

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

type Description = LocalCloud["description"];

function storageOf({ urls, storageAccount: { name, key } }: Description) {
  return {
    container: new BlobServiceClient(urls.blob, new StorageSharedKeyCredential(name, key)).getContainerClient(
      "data",
    ),
    queue: new QueueServiceClient(urls.queue, new QueueKey(name, key)).getQueueClient("work"),
  };
}

const ours = "api-version=2026-11-01";

async function save(
  description: Description,
  name: string,
  on: object,
  parameters: object,
  commandLine: string,
) {
  const api = apiOf({ description }, "lab");
  const job = {
    properties: {
      cluster: { id: `${api.workspace}/clusters/c` },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      customToolkitSettings: { commandLine },
    },
  };
  const properties = { on, parameters, action: { experiment: "e", job } };
  const { status, body } = await api.send("PUT", `${api.workspace}/triggers/${name}?${ours}`, { properties });
  expect([status, body]).toMatchObject([200, { name }]);
}

async function prepare(description: Description): Promise<void> {
  const api = apiOf({ description }, "lab");
  await api.send("PUT", api.workspace, { location: "local" });
  await api.send("PUT", `${api.workspace}/experiments/e`);
  await api.send("PUT", `${api.workspace}/clusters/c`, {
    properties: {
      vmSize: "STANDARD_D2S_V3",
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "not-to-be-seen" },
    },
  });
  const { container, queue } = storageOf(description);
  await container.create();
  await queue.create();
  await save(
    description,
    "arrivals",
    { blobCreated: { container: "data", path: "in/{file}.csv" } },
    {},
    "train {file}",
  );
  await save(description, "orders", { queueMessage: { queue: "work" } }, { n: 0 }, "order {parameters.n}");
}

/** The commands of all jobs. */
async function commandsOf(description: Description): Promise<string[]> {
  const api = apiOf({ description }, "lab");
  const found: string[] = [];
  let path: string | undefined = `${api.workspace}/experiments/e/jobs`;
  while (path !== undefined) {
    const { body } = await api.send("GET", path);
    const page = body as {
      value: { properties: { customToolkitSettings: { commandLine: string } } }[];
      nextLink?: string;
    };
    found.push(...page.value.map(({ properties }) => properties.customToolkitSettings.commandLine));
    const { pathname = "", search = "" } = page.nextLink === undefined ? {} : new URL(page.nextLink);
    path = page.nextLink === undefined ? undefined : `${pathname}${search}`;
  }
  return found;
}

it(
  "each of many blobs and messages starts one job, though the cloud is killed again and again",
  async () => {
    let { description } = await cloud.start();
    await prepare(description);
    for (let index = 0; index < count; index += 1) {
      const { container, queue } = storageOf(description);
      const text = `row ${index}\n`;
      await container.getBlockBlobClient(`in/${index}.csv`).upload(text, text.length);
      await container.getBlockBlobClient(`in/${index}.txt`).upload(text, text.length);
      const message = JSON.stringify({ n: index });
      await queue.sendMessage(index % 2 === 0 ? message : Buffer.from(message).toString("base64"));
      if (index % Math.ceil(count / (kills + 1)) !== Math.floor(count / (2 * kills + 2))) continue;
      // At a moment of the ticks that the place in the loop decides.
      await until("some jobs", async () =>
        (await commandsOf(description)).length > index / 2 ? true : undefined,
      );
      await cloud.stop("SIGKILL");
      ({ description } = await cloud.start());
    }
    const commands = await until(
      "all jobs",
      async () => {
        const found = await commandsOf(description);
        return found.length >= 2 * count ? found : undefined;
      },
      patienceMs,
    );
    const expected = Array.from({ length: count }, (_, index) => [`train ${index}`, `order ${index}`]).flat();
    expect(commands.toSorted()).toEqual(expected.toSorted());
  },
  2 * patienceMs,
);
