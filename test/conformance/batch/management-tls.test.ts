// The management client as its users run it: over TLS with the emulator's own certificate, and with a token that the local
// issuer signed and the emulator verifies.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  const audience = "https://management.azure.com/";
  return identity.issueToken({ audience, roles: [], subject: "someone", lifetimeSeconds: 3600 });
}
const keys = () => join(folder, "identity.json");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-tls-"));
  const identity = await openIdentity({ file: keys(), clock: systemClock(), random: systemRandom() });
  identity.issuer(issuedAt);
  t = await underTest({
    dataDirectory: join(folder, "data"),
    tlsPort: 0,
    verifyBearer: (token) => identity.verify(token),
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
