import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manualClock, systemClock } from "../../../../local/clock.ts";
import { appIdentity, openIdentity } from "../../../../local/identity/index.ts";
import { seededRandom, systemRandom } from "../../../../local/random.ts";

const base = "http://127.0.0.1:7071";
const arm = "https://management.azure.com/";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(file = "memory", clock = manualClock()) {
  const identity = await openIdentity({ file, clock, random: seededRandom(1) });
  identity.issuer(base);
  return { identity, clock };
}
const request = { audience: arm, roles: ["reader"], subject: "someone", lifetimeSeconds: 600 };

describe("the local identity provider", () => {
  it("issues tokens that its published key set proves, with Entra's claims", async () => {
    const { identity, clock } = await open();
    const token = await identity.issueToken(request);
    const response = await identity.handle(new Request(`${base}/identity/jwks`));
    const keys = (await response?.json()) as { keys: Record<string, string>[] };
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: `${base}/identity`,
      audience: arm,
      currentDate: new Date(clock.now()),
    });
    expect(protectedHeader).toMatchObject({ alg: "RS256", kid: keys.keys[0]?.["kid"] });
    expect(payload).toMatchObject({ sub: "someone", roles: ["reader"], exp: clock.now() / 1000 + 600 });
    expect(keys.keys[0]).not.toHaveProperty("d");
  });

  it("accepts its own tokens until they expire, and nobody else's", async () => {
    const { identity, clock } = await open();
    const stranger = await open();
    const token = await identity.issueToken(request);
    const holder = { subject: "someone", roles: ["reader"], audiences: [arm] };
    expect(await identity.verify(token)).toEqual(holder);
    expect(await stranger.identity.verify(token)).toBeUndefined();
    expect(await identity.verify("")).toBeUndefined();
    const [head, , signature] = token.split(".");
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), roles: ["admin"] })).toString(
      "base64url",
    );
    expect(await identity.verify(`${head}.${forged}.${signature}`)).toBeUndefined();
    await clock.advance(601_000);
    expect(await identity.verify(token)).toBeUndefined();
  });

  it("accepts its tokens though the time of day was set back since", async () => {
    const clock = manualClock();
    let setBackMs = 0;
    const { identity } = await open("memory", { ...clock, now: () => clock.now() - setBackMs });
    const token = await identity.issueToken(request);
    setBackMs = 86_400_000;
    expect(await identity.verify(token)).toBeDefined();
  });

  it("keeps its key over a restart in a file that only its owner may read", async () => {
    const file = join(folder, "deep", "identity.json");
    const first = await open(file);
    const token = await first.identity.issueToken(request);
    const second = await open(file);
    expect(await second.identity.verify(token)).toBeDefined();
    expect(second.identity.identityHeader).toBe(first.identity.identityHeader);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("refuses a file that is not its own and leaves it alone", async () => {
    const file = join(folder, "notes.json");
    await writeFile(file, '{"shopping":"milk"}');
    await expect(open(file)).rejects.toThrow("not an identity file");
    expect(await readFile(file, "utf8")).toContain("milk");
  });

  it("gives the genuine managed identity credential a token, through App Service's two variables", async () => {
    const clock = systemClock();
    const identity = await openIdentity({ file: "memory", clock, random: systemRandom() });
    const serve = async (asked: Request) =>
      (await identity.handle(asked)) ?? new Response(null, { status: 404 });
    const listener = getRequestListener(serve);
    const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    identity.issuer(url);
    const program = `import("@azure/identity").then(async ({ ManagedIdentityCredential }) => {
      const token = await new ManagedIdentityCredential().getToken("${arm}.default");
      process.stdout.write(JSON.stringify(token)); })`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], {
      env: { IDENTITY_ENDPOINT: `${url}/identity/token`, IDENTITY_HEADER: identity.identityHeader },
    });
    server.close();
    const { token, expiresOnTimestamp } = JSON.parse(stdout) as { token: string; expiresOnTimestamp: number };
    expect(await identity.verify(token)).toMatchObject({
      subject: appIdentity,
      audiences: [arm.replace(/\/$/, "")],
    });
    expect(expiresOnTimestamp).toBeGreaterThan(clock.now() + 23 * 3600_000);
  });

  it("tells nobody a token without the header, or for something that is not a resource", async () => {
    const { identity } = await open();
    const ask = (query: string, header?: string) =>
      identity.handle(
        new Request(
          `${base}/identity/token?${query}`,
          header ? { headers: { "X-IDENTITY-HEADER": header } } : {},
        ),
      );
    const good = `api-version=2019-08-01&resource=${encodeURIComponent(arm)}`;
    expect((await ask(good, identity.identityHeader))?.status).toBe(200);
    expect((await ask(good))?.status).toBe(401);
    expect((await ask(good, "0".repeat(64)))?.status).toBe(401);
    expect((await ask("api-version=2019-08-01&resource=x", identity.identityHeader))?.status).toBe(400);
    expect((await ask(`${good}&client_id=other`, identity.identityHeader))?.status).toBe(400);
    expect((await identity.handle(new Request(`${base}/identity/unknown`)))?.status).toBe(404);
    expect(await identity.handle(new Request(`${base}/api`))).toBeUndefined();
  });
});
