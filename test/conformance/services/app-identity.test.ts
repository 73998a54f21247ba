// The app's identity in Azure, by Microsoft's own library against a server that answers as the platform of the Functions app does.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { appCredential } from "../../../services/azure/credentials.ts";

const asked: URL[] = [];
const platform = createServer((request, response) => {
  asked.push(new URL(request.url ?? "/", "http://any"));
  response.setHeader("content-type", "application/json");
  const expires = Math.floor(Date.now() / 1000) + 3_600;
  response.end(
    JSON.stringify({ access_token: "a token", expires_on: String(expires), token_type: "Bearer" }),
  );
});
const names = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"] as const;
const before = names.map((name) => process.env[name]);

beforeEach(async () => {
  asked.length = 0;
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  process.env["IDENTITY_ENDPOINT"] = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/token`;
  process.env["IDENTITY_HEADER"] = "the header";
});
afterEach(async () => {
  names.forEach((name, index) => {
    const value = before[index];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  });
  platform.closeAllConnections();
  await new Promise((resolve) => platform.close(resolve));
});

const scope = "https://batch.core.windows.net//.default";
const client = "11111111-2222-4333-8444-555555555555";

it("is the user-assigned one where AZURE_CLIENT_ID names it, and else the app's own", async () => {
  expect(await appCredential(true, client).getToken(scope)).toMatchObject({ token: "a token" });
  expect(asked.map(({ searchParams }) => searchParams.get("client_id"))).toEqual([client]);
  // The audience of Batch has its slash.
  expect(asked[0]?.searchParams.get("resource")).toBe("https://batch.core.windows.net/");
  // The library keeps no token of one identity for another.
  expect(await appCredential(true).getToken("https://vault.azure.net/.default")).toMatchObject({
    token: "a token",
  });
  expect(asked.map(({ searchParams }) => searchParams.get("client_id"))).toEqual([client, null]);
});
