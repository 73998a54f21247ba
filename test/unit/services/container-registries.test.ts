// The exchange of a managed identity's token for a registry's, against a server on loopback.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containerRegistries } from "../../../services/azure/container-registries.ts";

const seen: { path: string | undefined; body: string }[] = [];
let status = 200;
const server = createServer((incoming, response) => {
  let body = "";
  incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
  incoming.on("end", () => {
    seen.push({ path: incoming.url, body });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { refresh_token: "for-the-registry" } : { errors: [] }));
  });
});
beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => server.close(done)));

function registries(allowed = ["lab.azurecr.io"]) {
  const { port } = server.address() as AddressInfo;
  const asked: string[] = [];
  const tokens = {
    token: async (scope: string) => {
      asked.push(scope);
      return "of-the-identity";
    },
  };
  const endpointTemplate = `http://127.0.0.1:${port}/{registry}`;
  return { asked, registries: containerRegistries({ endpointTemplate, allowed, tokens }) };
}

describe("a container registry of Azure", () => {
  it("gives a password for the service's own identity", async () => {
    const { asked, registries: known } = registries();
    expect(await known.password("lab.azurecr.io")).toBe("for-the-registry");
    expect(asked).toEqual(["https://containerregistry.azure.net/.default"]);
    expect(seen.at(-1)).toEqual({
      path: "/lab.azurecr.io/oauth2/exchange",
      body: "grant_type=access_token&service=lab.azurecr.io&access_token=of-the-identity",
    });
  });

  it("that nobody named is sent no token", async () => {
    const { asked, registries: known } = registries([]);
    expect(await known.password("lab.azurecr.io")).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    [401, "ContainerRegistryUnavailable", /role AcrPull/],
    [503, "ServiceUnavailable", /answers 503/],
  ])("that answers %i is told as %s", async (answered, code, message) => {
    status = answered;
    await expect(registries().registries.password("lab.azurecr.io")).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    status = 200;
  });
});
