// An issuer of tokens as browsers meet it: OpenID Connect's document, a page that sends back at once, and a token for the code and its verifier, over
// real HTTP. It holds a page to the rules (RFC 6749, RFC 7636) and keeps what it was asked.
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export interface FakeIssuer {
  readonly issuer: string;
  readonly origin: string;
  readonly jwksUrl: string;
  readonly clientId: string;
  readonly tenant: string;
  /** Tokens that it gave. */
  readonly tokens: readonly string[];
  /** Addresses of pages to which it may send a browser back. */
  readonly redirects: Set<string>;
  /** While set, the person refuses. */
  refusal: string | undefined;
  dispose(): Promise<void>;
}

export async function fakeIssuer(): Promise<FakeIssuer> {
  const clientId = randomUUID();
  const tenant = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "key", alg: "RS256", use: "sig" };
  const codes = new Map<string, { challenge: string; redirect: string }>();
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => json(response, 500, { error: String(error) }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/${tenant}/v2.0`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin);
    if (url.pathname.endsWith("/openid-configuration"))
      return json(response, 200, {
        issuer,
        authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      });
    if (url.pathname.endsWith("/keys")) return json(response, 200, { keys: [jwk] });
    if (url.pathname.endsWith("/authorize")) return authorize(url, response);
    if (url.pathname.endsWith("/token")) return token(request, response);
    return json(response, 404, {});
  }

  function authorize({ searchParams: asked }: URL, response: ServerResponse): void {
    const redirect = asked.get("redirect_uri") ?? "";
    const isRight =
      asked.get("client_id") === clientId &&
      asked.get("response_type") === "code" &&
      asked.get("response_mode") === "fragment" &&
      asked.get("code_challenge_method") === "S256" &&
      asked.get("scope") === `${clientId}/.default` &&
      fake.redirects.has(redirect);
    if (!isRight) return json(response, 400, { error: "invalid_request", asked: asked.toString() });
    const code = randomUUID();
    codes.set(code, { challenge: asked.get("code_challenge") ?? "", redirect });
    const told = new URLSearchParams(
      fake.refusal === undefined
        ? { code, state: asked.get("state") ?? "" }
        : { error: "access_denied", error_description: fake.refusal, state: asked.get("state") ?? "" },
    );
    response.writeHead(302, { location: `${redirect}#${told.toString()}` }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const known = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    // What single-page applications are held to: their own origin asks.
    const isOfPage =
      request.headers.origin !== undefined && known?.redirect.startsWith(request.headers.origin);
    if (known?.challenge !== challenge || form.get("redirect_uri") !== known.redirect || isOfPage !== true)
      return json(response, 400, { error: "invalid_grant", error_description: "The code is not for you." });
    const now = Math.floor(Date.now() / 1000);
    const given = await new SignJWT({
      tid: tenant,
      oid: "ada",
      preferred_username: "ada@example.org",
      roles: ["admin"],
    })
      .setProtectedHeader({ alg: "RS256", kid: "key" })
      .setIssuer(issuer)
      .setAudience(clientId)
      .setIssuedAt(now)
      .setExpirationTime(now + 3_600)
      .sign(privateKey);
    tokens.push(given);
    json(response, 200, { access_token: given, token_type: "Bearer", expires_in: 3_600 });
  }

  const fake: FakeIssuer = {
    issuer,
    origin,
    jwksUrl: `${origin}/${tenant}/keys`,
    clientId,
    tenant,
    tokens,
    redirects: new Set(),
    refusal: undefined,
    async dispose() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return fake;
}

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" })
    .end(JSON.stringify(body));
}
