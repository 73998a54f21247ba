// What `UseDevelopmentStorage=true` stands for ("Use the Azurite emulator for local Azure Storage development"): a published account,
// no secret, on published ports.
import { get } from "node:http";

export const developmentAccount = {
  name: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

export const developmentPorts = { blob: 10000, queue: 10001, table: 10002 } as const;

const answerLimitMs = 2_000;
const endpoint = (port: number) => `http://127.0.0.1:${port}/${developmentAccount.name}`;

export const developmentConnection = [
  "DefaultEndpointsProtocol=http",
  `AccountName=${developmentAccount.name}`,
  `AccountKey=${developmentAccount.key}`,
  `BlobEndpoint=${endpoint(developmentPorts.blob)}`,
  `QueueEndpoint=${endpoint(developmentPorts.queue)}`,
  `TableEndpoint=${endpoint(developmentPorts.table)}`,
].join(";");

export function meansDevelopmentStorage(setting: string | undefined): boolean {
  return setting !== undefined && /^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i.test(setting);
}

/** Whether an Azurite answers on all three ports. It refuses an unsigned request, but says who it is. */
export async function developmentStorageAnswers(): Promise<boolean> {
  const servers = await Promise.all(Object.values(developmentPorts).map(serverAt));
  return servers.every((server) => server?.startsWith("Azurite"));
}

/** Not fetch(): it sends again for ever where connections are closed without an answer, and its timers keep no process alive. */
function serverAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = get(`${endpoint(port)}?comp=list`, { timeout: answerLimitMs, agent: false }, (answer) => {
      answer.resume();
      resolve(String(answer.headers.server));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(undefined));
    sent.on("close", () => resolve(undefined));
  });
}
