import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jwtVerifier } from "../../../services/azure/jwt-verifier.ts";

const tenant = "77777777-2222-4333-8444-555555555555";
const issuer = "https://issuer.example/";
const now = Date.UTC(2026, 0, 1, 12);
const clock = { now: () => now, sleep: async () => undefined };
const server = createServer();
let jwksUrl: string;
let ours: Awaited<ReturnType<typeof generateKeyPair>>;
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  ours = await generateKeyPair("RS256");
  foreign = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(ours.publicKey)), kid: "k", alg: "RS256" }];
  server.on("request", (_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Shape {
  readonly key?: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
  readonly audience?: string;
  readonly issuer?: string;
  readonly expiresInSeconds?: number;
  readonly claims?: Record<string, unknown>;
}
const token = (shape: Shape = {}) =>
  new SignJWT({
    tid: tenant.toUpperCase(),
    oid: "ada",
    roles: ["Operator", "something-else"],
    ...shape.claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: "k" })
    .setSubject("a pairwise subject")
    .setIssuer(shape.issuer ?? issuer)
    .setAudience(shape.audience ?? "https://management.azure.com/")
    .setExpirationTime(now / 1000 + (shape.expiresInSeconds ?? 600))
    .sign(shape.key ?? ours.privateKey);
const verifier = (url = jwksUrl, only?: string) =>
  jwtVerifier({ issuer, audiences: ["https://management.azure.com"], tenant: only, jwksUrl: url, clock });

describe("a bearer token", () => {
  it("of ours tells who calls, and the roles we know", async () => {
    expect(await verifier().verify(await token())).toEqual({
      kind: "valid",
      principal: { subject: "ada", tenant, roles: ["operator"], groups: [] },
    });
  });

  it("tells the caller's name and groups, and whether there are more groups than it lists", async () => {
    const principalOf = async (claims: Record<string, unknown>) =>
      (await verifier().verify(await token({ claims }))) as { readonly principal: object };
    expect(
      (await principalOf({ preferred_username: "ada@example.com", name: "Ada", groups: ["g1", 2] }))
        .principal,
    ).toEqual({
      ...{ subject: "ada", name: "ada@example.com", tenant, roles: ["operator"], groups: ["g1"] },
    });
    expect((await principalOf({ azp: "an-app" })).principal).toMatchObject({ name: "an-app" });
    for (const overage of [{ _claim_names: { groups: "src1" } }, { hasgroups: true }, { hasgroups: "true" }])
      expect((await principalOf(overage)).principal).toMatchObject({ groups: [], groupsLeftOut: true });
    expect((await principalOf({ _claim_names: { other: "src1" } })).principal).not.toHaveProperty(
      "groupsLeftOut",
    );
  });

  it("without an object id tells the caller by its subject", async () => {
    const verdict = await verifier().verify(await token({ claims: { oid: undefined } }));
    expect(verdict).toMatchObject({ principal: { subject: "a pairwise subject" } });
  });

  it("of another tenant is refused when one tenant is named", async () => {
    expect(await verifier(jwksUrl, tenant).verify(await token())).toMatchObject({ kind: "valid" });
    const other = "88888888-2222-4333-8444-555555555555";
    expect(await verifier(jwksUrl, other).verify(await token())).toMatchObject({
      kind: "invalid",
      code: "InvalidAuthenticationTokenTenant",
    });
  });

  it("may name the audience with or without a slash, and be a little late", async () => {
    const late = { audience: "https://management.azure.com", expiresInSeconds: -30 };
    expect(await verifier().verify(await token(late))).toMatchObject({ kind: "valid" });
  });

  it.each<[string, string, () => Shape]>([
    ["signed by somebody else", "InvalidAuthenticationToken", () => ({ key: foreign.privateKey })],
    ["of another issuer", "InvalidAuthenticationTokenTenant", () => ({ issuer: "https://other.example/" })],
    ["for another service", "InvalidAuthenticationTokenAudience", () => ({ audience: "https://x.example/" })],
    ["that expired", "ExpiredAuthenticationToken", () => ({ expiresInSeconds: -3_600 })],
    ["not valid yet", "InvalidAuthenticationToken", () => ({ claims: { nbf: now / 1000 + 3_600 } })],
    ["of no tenant", "InvalidAuthenticationTokenTenant", () => ({ claims: { tid: undefined } })],
  ])("%s is refused", async (_what, code, shape) => {
    expect(await verifier().verify(await token(shape()))).toMatchObject({
      kind: "invalid",
      code,
      message: expect.stringContaining("token"),
    });
  });

  it.each(["", "x", "a.b.c", `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`])(
    "that is none (%s) is refused",
    async (text) => {
      expect(await verifier().verify(text)).toMatchObject({ kind: "invalid" });
    },
  );

  it("cannot be judged while the issuer's keys cannot be fetched", async () => {
    await expect(verifier("http://127.0.0.1:9/keys").verify(await token())).rejects.toMatchObject({
      code: "ServiceUnavailable",
    });
  });
});
