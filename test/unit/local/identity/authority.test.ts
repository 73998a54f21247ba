import { describe, expect, it } from "vitest";
import { createAuthority } from "../../../../local/identity/authority.ts";
import type { TokenRequest } from "../../../../local/identity/index.ts";

const base = "https://127.0.0.1:7443";
const right = { client_id: "cli", client_secret: "a-long-secret", grant_type: "client_credentials" };

function authority(principal = { clientId: "cli", clientSecret: "a-long-secret" }) {
  const issued: TokenRequest[] = [];
  const handle = createAuthority({
    servicePrincipal: { ...principal, roles: ["admin"] },
    issueToken: async (request) => {
      issued.push(request);
      return "signed";
    },
  });
  const ask = async (path: string, form?: Record<string, string>, authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const init = form && { method: "POST", headers, body: new URLSearchParams(form).toString() };
    const response = await handle(new Request(`${base}${path}`, init));
    return response && { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { issued, ask };
}

describe("the authority for people's tools", () => {
  it("describes itself by the address it was reached at", async () => {
    const found = await authority().ask("/adfs/.well-known/openid-configuration");
    expect(found?.body).toMatchObject({
      issuer: `${base}/adfs`,
      token_endpoint: `${base}/adfs/oauth2/token`,
    });
  });

  it("gives its service principal a token for the resource that scope or resource names", async () => {
    const { ask, issued } = authority();
    const arm = "https://management.azure.com/";
    expect(await ask("/adfs/oauth2/token", { ...right, scope: `openid ${arm}/.default` })).toEqual({
      status: 200,
      body: { token_type: "Bearer", expires_in: 3600, access_token: "signed" },
    });
    await ask("/adfs/oauth2/token", { ...right, resource: arm });
    expect(issued).toEqual([
      { audience: arm, roles: ["admin"], subject: "cli", lifetimeSeconds: 3600 },
      { audience: arm, roles: ["admin"], subject: "cli", lifetimeSeconds: 3600 },
    ]);
  });

  it.each([
    ["another secret", { ...right, client_secret: "guess", resource: "r" }, 401, "invalid_client"],
    ["another client", { ...right, client_id: "you", resource: "r" }, 401, "invalid_client"],
    ["no credentials", { grant_type: "client_credentials" }, 401, "invalid_client"],
    ["another grant", { ...right, grant_type: "password" }, 400, "unsupported_grant_type"],
    ["no resource", right, 400, "invalid_scope"],
  ])("refuses %s and issues nothing", async (_, form, status, error) => {
    const { ask, issued } = authority();
    expect(await ask("/adfs/oauth2/token", form)).toMatchObject({ status, body: { error } });
    expect(issued).toEqual([]);
  });

  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  const form = { grant_type: "client_credentials", resource: "r" };

  it("takes the client's id and secret by HTTP Basic, written as in a form", async () => {
    const { ask, issued } = authority({ clientId: "c l:i", clientSecret: "p+ss%w:örd" });
    const sent = basic("c+l%3Ai:p%2Bss%25w%3A%C3%B6rd");
    expect((await ask("/adfs/oauth2/token", form, sent))?.status).toBe(200);
    expect((await ask("/adfs/oauth2/token", { ...form, client_id: "c l:i" }, sent))?.status).toBe(200);
    expect(issued).toHaveLength(2);
  });

  it.each([
    ["another secret", basic("cli:guess"), form, 401, "invalid_client"],
    ["no colon", basic("cli"), form, 401, "invalid_client"],
    ["another scheme", "Bearer cli:a-long-secret", form, 401, "invalid_client"],
    ["an escape that is none", basic("cli:%zz"), form, 401, "invalid_client"],
    [
      "a secret in both places",
      basic("cli:a-long-secret"),
      { ...right, resource: "r" },
      400,
      "invalid_request",
    ],
  ])("refuses by HTTP Basic %s", async (_, header, sent, status, error) => {
    const { ask, issued } = authority();
    expect(await ask("/adfs/oauth2/token", sent, header)).toMatchObject({ status, body: { error } });
    expect(issued).toEqual([]);
  });

  it("takes tokens' requests by POST only, and leaves other paths to others", async () => {
    const { ask } = authority();
    expect((await ask("/adfs/oauth2/token"))?.status).toBe(405);
    expect((await ask("/adfs/else"))?.status).toBe(404);
    expect(await ask("/identity/jwks")).toBeUndefined();
  });
});
