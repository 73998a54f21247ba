// The token endpoint for people's tools: OAuth 2.0 client credentials under an authority named `adfs`. Clients built on the
// Microsoft Authentication Library take such an authority from its own discovery document, without asking Microsoft
// first ("AD FS support in MSAL"), so that `az login --service-principal` works here unmodified.
import type { TokenRequest } from "./index.ts";
import { constantTimeEquals } from "./key-file.ts";

export interface ServicePrincipal {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly roles: readonly string[];
}

export interface AuthorityOptions {
  readonly servicePrincipal: ServicePrincipal;
  readonly issueToken: (request: TokenRequest) => Promise<string>;
}

/** Answers what lies under `/adfs`; undefined for every other path. The address of the request is the authority's. */
export function createAuthority(
  options: AuthorityOptions,
): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const { origin, pathname } = new URL(request.url);
    switch (pathname) {
      case "/adfs/.well-known/openid-configuration":
        return json(200, discovery(`${origin}/adfs`));
      case "/adfs/oauth2/token":
        return request.method === "POST"
          ? token(request, options)
          : refusal(405, "invalid_request", "Tokens are asked for with POST.");
      default:
        return pathname.startsWith("/adfs/")
          ? refusal(404, "not_found", `There is nothing at ${pathname}.`)
          : undefined;
    }
  };
}

/** As in Microsoft Entra ID ("Configurable token lifetimes"). */
const lifetimeSeconds = 3600;

function discovery(authority: string): object {
  return {
    issuer: authority,
    authorization_endpoint: `${authority}/oauth2/authorize`,
    token_endpoint: `${authority}/oauth2/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    grant_types_supported: ["client_credentials"],
  };
}

/** RFC 6749, section 4.4; the resource is named by `resource` (version 1) or by the scope `<resource>/.default`. */
async function token(
  request: Request,
  { servicePrincipal, issueToken }: AuthorityOptions,
): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const authorization = request.headers.get("authorization");
  if (authorization !== null && form.has("client_secret"))
    return refusal(
      400,
      "invalid_request",
      "The secret is sent twice; use the Authorization header or the form.",
    );
  if (form.get("grant_type") !== "client_credentials")
    return refusal(400, "unsupported_grant_type", "Only the grant type client_credentials is served here.");
  const { id, secret } = authorization === null ? posted(form) : basic(authorization);
  const known =
    constantTimeEquals(id, servicePrincipal.clientId) &&
    constantTimeEquals(secret, servicePrincipal.clientSecret);
  if (!known)
    return refusal(
      401,
      "invalid_client",
      "The client id or secret is not that of cloud.json's servicePrincipal.",
      authorization === null ? {} : { "www-authenticate": 'Basic realm="adfs", charset="UTF-8"' },
    );
  const audience = form.get("resource") ?? /(\S+)\/\.default/.exec(form.get("scope") ?? "")?.[1];
  if (audience === undefined)
    return refusal(400, "invalid_scope", "Name the resource: scope=https://management.azure.com//.default");
  const access = await issueToken({
    audience,
    roles: servicePrincipal.roles,
    subject: servicePrincipal.clientId,
    lifetimeSeconds,
  });
  return json(200, { token_type: "Bearer", expires_in: lifetimeSeconds, access_token: access });
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

function posted(form: URLSearchParams): Credentials {
  return { id: form.get("client_id") ?? "", secret: form.get("client_secret") ?? "" };
}

/** RFC 6749, section 2.3.1: both are written as in a form before they are joined. What is no such header is nobody's. */
function basic(authorization: string): Credentials {
  const encoded = /^Basic +([\w+/=-]+) *$/i.exec(authorization)?.[1] ?? "";
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

function formDecoded(text = ""): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** RFC 6749, section 5.2. */
function refusal(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): Response {
  return json(status, { error, error_description: description }, headers);
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}
