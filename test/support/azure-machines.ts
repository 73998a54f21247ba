// The app's own client of file servers' machines over the local resource manager, both in this process: what goes by is held
// against Microsoft's descriptions of networks and machines, and the rights that it needs are collected.
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { readFileSync } from "node:fs";
import { azureFileServers } from "../../services/azure/file-servers/azure-file-servers.ts";
import { resources } from "../../services/azure/file-servers/resources.ts";
import { actionOf } from "./contract/actions.ts";
import { readDescription, violations } from "./contract/schema.ts";
import { managerUnderTest, subscriptionId } from "../unit/local/resource-manager/manager-under-test.ts";

const descriptions = {
  "2025-09-01": readDescription("management-network-2025-09-01.json"),
  "2026-04-01": readDescription("management-compute-2026-04-01.json"),
};
/** Part of every resource in the type data, and of the address or the version in a request. */
const envelope = /^\/(apiVersion|id|name|type): is missing$/;

export interface Call {
  readonly method: string;
  /** Type and name. */
  readonly what: string;
  readonly status: number;
}

export async function azureMachines(options: Parameters<typeof managerUnderTest>[0] = {}) {
  const manager = await managerUnderTest({ ...options, api: "none" });
  const calls: Call[] = [];
  const actions = new Set<string>();
  const strange = new Set<string>();
  const sent: { readonly what: string; readonly body: Record<string, unknown> }[] = [];
  /** Answers instead of the resource manager; undefined: none. */
  const faults: { next?: ((method: string, what: string) => Response | "lost" | undefined) | undefined } = {};

  const httpClient: HttpClient = {
    async sendRequest(request) {
      const { pathname, searchParams } = new URL(request.url);
      const [, what = ""] = /\/providers\/[^/]+\/(.+)$/.exec(pathname) ?? [];
      const text = typeof request.body === "string" ? request.body : undefined;
      const check = (body: unknown, direction: "request" | "answer") =>
        hold(what, searchParams.get("api-version") ?? "", body, direction).forEach((one) => strange.add(one));
      actions.add(actionOf(request.method, pathname));
      if (text !== undefined) {
        const body = JSON.parse(text) as Record<string, unknown>;
        sent.push({ what, body });
        check(body, "request");
      }
      const fault = faults.next?.(request.method, what);
      const asked = new Request(request.url, {
        method: request.method,
        headers: { authorization: "Bearer app" },
        ...(text === undefined ? {} : { body: text }),
      });
      const answer = fault instanceof Response ? fault : await manager.send(asked);
      if (fault === "lost" || answer === undefined) throw new Error("the connection was reset");
      const bodyAsText = await answer.text();
      calls.push({ method: request.method, what, status: answer.status });
      if (answer.status < 300 && bodyAsText !== "") {
        const body = JSON.parse(bodyAsText) as { readonly value?: readonly unknown[] };
        for (const one of body.value ?? [body]) check(one, "answer");
      }
      return { request, status: answer.status, headers: createHttpHeaders(), bodyAsText };
    },
  };
  const client = resources(
    {
      endpoint: "http://127.0.0.1:9",
      tokens: { token: async () => "app" },
      httpClient,
      retryDelayMs: 1,
    },
    { subscriptionId, name: "local" },
  );
  const fileServers = azureFileServers(client, {
    location: "eastus",
    owner: "teststore",
    setup: readFileSync("node/file-server/setup.sh", "utf8"),
  });
  const left = async () => {
    const found: string[] = [];
    for (const type of ["networkSecurityGroups", "publicIPAddresses", "virtualNetworks", "networkInterfaces"])
      for (const { name } of await client.list(`Microsoft.Network/${type}`)) found.push(name);
    for (const { name } of await client.list("Microsoft.Compute/virtualMachines")) found.push(name);
    return found;
  };
  return { manager, fileServers, calls, actions, strange, sent, faults, left };
}

function hold(what: string, version: string, body: unknown, direction: "request" | "answer"): string[] {
  const types = what.split("/").filter((_, index) => index % 2 === 0);
  const definitions = descriptions[version as keyof typeof descriptions]?.definitions;
  // Disks have a version of their own, and are listed only.
  if (definitions === undefined) return what.startsWith("disks") ? [] : [`${what}: version ${version}`];
  const rules = { definitions, direction, partial: false, anyCase: false };
  return (
    violations({ $ref: `#/definitions/${types.at(-1) ?? ""}` }, body, rules)
      .filter((text) => !envelope.test(text))
      // The description has the sizes of 2018, in one spelling; Azure has others, and takes every spelling.
      .filter((text) => !text.startsWith("/properties/hardwareProfile/vmSize: "))
      .map((text) => `${direction} ${types.join("/")} ${text}`)
  );
}
