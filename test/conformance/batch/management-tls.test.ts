// The management client as its users run it: over TLS with the emulator's own certificate, and with a token that the local
// issuer signed and the emulator verifies.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allBatchAudiences, batchAccess } from "../../../local/batch-access.ts";
import { manualClock, systemClock } from "../../../local/clock.ts";
import type { Clock } from "../../../local/clock.ts";
import { openIdentity } from "../../../local/identity/index.ts";
import { systemRandom } from "../../../local/random.ts";
import { subscriptionId, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "tls-client.mjs");
const issuedAt = "https://issuer.test";
let folder: string;
let t: UnderTest;

async function tokenOf(file: string, clock: Clock): Promise<string> {
  const identity = await openIdentity({ file, clock, random: systemRandom() });
  identity.issuer(issuedAt);
  return identity.issueToken({
    audience: allBatchAudiences,
    roles: ["admin"],
    subject: "someone",
    lifetimeSeconds: 3600,
  });
}
const keys = () => join(folder, "identity.json");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-tls-"));
  const identity = await openIdentity({ file: keys(), clock: systemClock(), random: systemRandom() });
  identity.issuer(issuedAt);
  t = await underTest({
    dataDirectory: join(folder, "data"),
    tlsPort: 0,
    verifyBearer: batchAccess(identity),
  });
});
afterAll(async () => {
  await t.emulator.dispose();
  await rm(folder, { recursive: true, force: true });
  expect(t.errors).toEqual([]);
});

async function drive(token: string, certificate = t.emulator.tls?.certificateFile): Promise<unknown> {
  const { stdout } = await run(process.execPath, [script], {
    env: {
      ENDPOINT: t.emulator.tls?.url ?? "",
      TOKEN: token,
      SUBSCRIPTION: subscriptionId,
      ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate }),
    },
  });
  return JSON.parse(stdout);
}

test("both genuine clients work over TLS with a token of the local issuer", async () => {
  expect(await drive(await tokenOf(keys(), systemClock()))).toEqual({
    account: "devbatch",
    provisioningState: "Succeeded",
    etag: expect.stringMatching(/^W\/"0x[0-9A-F]+"$/) as string,
    seen: ["secure"],
    left: [],
  });
});

test("a token of another issuer, an expired one and none of any are refused", async () => {
  const refused = { refused: 401, code: "InvalidAuthenticationToken" };
  expect(await drive(await tokenOf(join(folder, "other.json"), systemClock()))).toEqual(refused);
  expect(await drive(await tokenOf(keys(), manualClock(Date.now() - 2 * 3_600_000)))).toEqual(refused);
  expect(await drive("not-a-token")).toEqual(refused);
});

test("a token of somebody without rights, or for another service, opens nothing", async () => {
  const identity = await openIdentity({ file: keys(), clock: systemClock(), random: systemRandom() });
  identity.issuer(issuedAt);
  const [management = "", data = ""] = allBatchAudiences;
  const tokenFor = (roles: readonly string[], audience: string) =>
    identity.issueToken({ audience, roles, subject: "someone", lifetimeSeconds: 3600 });
  const status = async (method: string, path: string, token: string) => {
    const url = `${t.emulator.url}${path}${path.includes("?") ? "" : "?api-version=2025-06-01"}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return (await fetch(url, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) })).status;
  };
  const account = `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`;
  const doors = [
    ["POST", `${account}/listKeys?api-version=2024-07-01`, management],
    ["GET", `${account}/pools?api-version=2024-07-01`, management],
    ["GET", "/pools", data],
    ["POST", "/_emulator/capacity", management],
  ] as const;
  for (const [method, path, audience] of doors) {
    expect(await status(method, path, await tokenFor(["admin"], audience)), path).toBe(200);
    for (const roles of [[], ["reader"], ["submitter"], ["operator"]])
      expect(await status(method, path, await tokenFor(roles, audience)), `${roles.join()} ${path}`).toBe(
        403,
      );
    const elsewhere = await tokenFor(["admin"], "https://vault.azure.net/");
    expect([401, 403], path).toContain(await status(method, path, elsewhere));
    const otherPlane = await tokenFor(["admin"], audience === data ? management : data);
    if (!path.startsWith("/_emulator"))
      expect([401, 403], path).toContain(await status(method, path, otherPlane));
  }
});

test("the certificate stays the same in the data folder; without it the client does not talk", async () => {
  const file = t.emulator.tls?.certificateFile ?? "";
  expect(file).toBe(join(folder, "data", "localhost.pem"));
  const before = await readFile(file, "utf8");
  await t.emulator.dispose();
  t = await underTest({ dataDirectory: join(folder, "data"), tlsPort: 0 });
  expect(await readFile(file, "utf8")).toBe(before);
  const token = await tokenOf(keys(), systemClock());
  const untrusting = (await drive(token, join(folder, "identity.json"))) as { refused?: number };
  expect(untrusting).not.toHaveProperty("account");
});
