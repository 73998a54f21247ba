// A resource manager in a folder of its own. Of storage only the calls are noted; the API is a list of workspaces.
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { manualClock } from "../../../../local/clock.ts";
import { seededRandom } from "../../../../local/random.ts";
import { createResourceManager } from "../../../../local/resource-manager/index.ts";
import { appIdentity } from "../../../../local/identity/index.ts";
import { machinesOver } from "../../../../local/resource-manager/service/machines/machines.ts";
import type {
  MachineOptions,
  Machines,
} from "../../../../local/resource-manager/service/machines/machines.ts";
import { openRecords } from "../../../../local/resource-manager/store/records.ts";

export const subscriptionId = "11111111-2222-4333-8444-555555555555";
export const subscription = `/subscriptions/${subscriptionId}`;

const folders: string[] = [];
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Deleting one only asks for that, as the API does. */
async function workspaceApi(ids: Set<string>, asked: string[]): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method === "DELETE") {
      asked.push(request.url?.split("?")[0] ?? "");
      return response.writeHead(202).end();
    }
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify({ value: [...ids].map((id) => ({ id })) }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & {
    readonly error?: { readonly code: string; readonly message: string };
  };
}

export async function managerUnderTest(
  options: Partial<Pick<MachineOptions, "bootMs" | "deletionMs" | "cores" | "failing">> & {
    readonly api?: "none";
  } = {},
) {
  const folder = await mkdtemp(`${tmpdir()}/resource-manager-`);
  folders.push(folder);
  const told: string[][] = [];
  const emptied: string[] = [];
  const workspaces = new Set<string>();
  const deletions: string[] = [];
  // Who asks for nothing of the API needs no listener.
  const api = options.api === "none" ? "http://127.0.0.1:9" : await workspaceApi(workspaces, deletions);
  const writeSecret = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(content), { mode: 0o600 });
  const clock = manualClock();
  let machines: Machines;
  const open = () => {
    const records = openRecords({ path: folder, writeSecret });
    machines = machinesOver({
      records,
      subscription,
      location: "eastus",
      folder: join(folder, "file-servers"),
      clock,
      ...options,
    });
    return createResourceManager({
      records,
      machines,
      subscriptionId,
      resourceGroup: "local",
      location: "eastus",
      ownAccount: { name: "ownaccount", key: "b3du" },
      endpoints: { blob: "http://b", queue: "http://q", table: "http://t", file: "http://f" },
      sinks: {
        changed: async (accounts) => void told.push(accounts.map(({ name }) => name)),
        empty: async ({ name }) => void emptied.push(name),
      },
      identity: {
        verify: async (token) =>
          token === "app"
            ? { subject: appIdentity, audiences: ["https://management.azure.com/"], roles: [] }
            : token.startsWith("role-")
              ? {
                  subject: "s",
                  audiences: [token === "role-elsewhere" ? "other" : "api"],
                  roles: [token.slice(5)],
                }
              : undefined,
      },
      audience: "api",
      api: () => api,
      clock,
      random: seededRandom(1),
    });
  };
  let manager = open();
  const ask = async (method: string, path: string, body?: unknown, token = "role-admin"): Promise<Answer> => {
    const answer = await manager(
      new Request(`http://127.0.0.1:9${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    if (answer === undefined) throw new Error("the resource manager does not answer this path");
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === "" ? {} : JSON.parse(text)) as Answer["body"],
    };
  };
  return {
    send: (request: Request) => manager(request),
    folder,
    clock,
    exported: (...at: Parameters<Machines["exported"]>) => machines.exported(...at),
    ask,
    told,
    emptied,
    workspaces,
    deletions,
    reopen: () => void (manager = open()),
  };
}
