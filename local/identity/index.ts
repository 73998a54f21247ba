// The identity provider of the local cloud: one signing key, tokens shaped as Microsoft Entra ID issues them to
// applications, and the endpoint through which an App Service app asks for the token of its managed identity. The app
// runs the same credential code here and in Azure. Invariant: the private key leaves this folder only into its 0600 file.
import type { JWK } from "jose";
import { SignJWT, createLocalJWKSet, importJWK, jwtVerify } from "jose";
import { z } from "zod";
import { timeOfDay } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import { constantTimeEquals, openKeyFile } from "./key-file.ts";

export interface LocalIdentity {
  /** `<baseUrl>/identity`. The address last named here stands in every token issued from then on. */
  issuer(baseUrl: string): string;
  /** A signed JWT (RS256). `audience` as the receiver expects it, e.g. `https://management.azure.com/`. */
  issueToken(o: TokenRequest): Promise<string>;
  /** Who holds the token; undefined unless signature, lifetime and issuer are right. Never throws. */
  verify(token: string): Promise<TokenHolder | undefined>;
  /** Answers what lies under `/identity`; undefined for every other path. */
  handle(request: Request): Promise<Response | undefined>;
  /** The value of `IDENTITY_HEADER`: a secret that only the app's process knows. */
  readonly identityHeader: string;
}

export interface TokenHolder {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly audiences: readonly string[];
}

/** Whether the token was issued for that service; slashes at the end do not matter. */
export function isIssuedFor({ audiences }: TokenHolder, audience: string): boolean {
  const bare = (one: string) => one.replace(/\/+$/, "");
  return audiences.some((one) => bare(one) === bare(audience));
}

export interface TokenRequest {
  readonly audience: string | readonly string[];
  readonly roles: readonly string[];
  readonly subject: string;
  readonly lifetimeSeconds: number;
}

const algorithm = "RS256";
/** Managed identity tokens live for 24 hours in Azure ("Managed identities for Azure resources FAQ"). */
const managedIdentityLifetimeSeconds = 24 * 3600;
const managedIdentityApiVersion = "2019-08-01";
/** The tenant that issues every token of a local cloud. */
export const localTenant = "00000000-0000-4000-8000-00000000ba7c";
/** The managed identity of the app that a local cloud hosts. */
export const appIdentity = "00000000-0000-4000-8000-0000000000a1";

const Claims = z
  .object({
    sub: z.string(),
    roles: z.array(z.string()).default([]),
    aud: z.union([z.string(), z.array(z.string())]),
  })
  .transform(({ sub, roles, aud }): TokenHolder => ({ subject: sub, roles, audiences: [aud].flat() }));

/** Reads the key pair from `file`, or makes one and writes it there (mode 0600); "memory" keeps it to this process. */
export async function openIdentity(o: {
  file: string;
  clock: Clock;
  random: Random;
}): Promise<LocalIdentity> {
  const { privateJwk, publicJwk, identityHeader } = await openKeyFile(o.file, algorithm, o.random);
  const privateKey = await importJWK(privateJwk, algorithm);
  const keySet = { keys: [publicJwk] };
  const publicKeys = createLocalJWKSet(keySet);
  let issuer: string | undefined;

  const identity: LocalIdentity = {
    identityHeader,
    issuer: (baseUrl) => (issuer = `${baseUrl.replace(/\/+$/, "")}/identity`),
    async issueToken({ audience, roles, subject, lifetimeSeconds }) {
      if (issuer === undefined) throw new Error("Name the issuer's address before issuing a token.");
      // Whoever keeps a token looks at the machine's time for whether it still is one.
      const nowSeconds = Math.floor(timeOfDay(o.clock) / 1000);
      return new SignJWT({
        oid: subject,
        appid: appIdentity,
        tid: localTenant,
        idtyp: "app",
        ver: "2.0",
        roles: [...roles],
      })
        .setProtectedHeader({ alg: algorithm, typ: "JWT", kid: publicJwk.kid ?? "" })
        .setIssuer(issuer)
        .setAudience(typeof audience === "string" ? audience : [...audience])
        .setSubject(subject)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + lifetimeSeconds)
        .setJti(o.random.uuid())
        .sign(privateKey);
    },
    async verify(token) {
      if (issuer === undefined) return undefined;
      try {
        const { payload } = await jwtVerify(token, publicKeys, {
          algorithms: [algorithm],
          issuer,
          currentDate: new Date(timeOfDay(o.clock)),
          requiredClaims: ["exp", "aud", "sub"],
        });
        return Claims.parse(payload);
      } catch {
        return undefined;
      }
    },
    handle: (request) => answer(request, identity, { issuer, keySet, now: () => timeOfDay(o.clock) }),
  };
  return identity;
}

interface Published {
  readonly issuer: string | undefined;
  readonly keySet: { readonly keys: readonly JWK[] };
  readonly now: () => number;
}

async function answer(
  request: Request,
  identity: LocalIdentity,
  published: Published,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname !== "/identity" && !pathname.startsWith("/identity/")) return undefined;
  if (request.method !== "GET") return problem(405, "MethodNotAllowed", "Only GET is served here.");
  switch (pathname) {
    case "/identity/jwks":
      return json(200, published.keySet);
    case "/identity/.well-known/openid-configuration":
      if (published.issuer === undefined) return problem(503, "NotReady", "The issuer is not known yet.");
      return json(200, {
        issuer: published.issuer,
        jwks_uri: `${published.issuer}/jwks`,
        id_token_signing_alg_values_supported: [algorithm],
        response_types_supported: ["token"],
        subject_types_supported: ["public"],
      });
    case "/identity/token":
      return managedIdentityToken(request.headers, searchParams, identity, published.now());
    default:
      return problem(404, "NotFound", `There is nothing at ${pathname}.`);
  }
}

/** The App Service protocol ("How to use managed identities for App Service and Azure Functions", REST endpoint reference). */
async function managedIdentityToken(
  headers: Headers,
  query: URLSearchParams,
  identity: LocalIdentity,
  nowMs: number,
): Promise<Response> {
  if (!constantTimeEquals(headers.get("x-identity-header") ?? "", identity.identityHeader))
    return problem(
      401,
      "Unauthorized",
      "X-IDENTITY-HEADER is missing or is not the value of IDENTITY_HEADER.",
    );
  if (query.get("api-version") !== managedIdentityApiVersion)
    return problem(400, "BadRequest", `api-version must be ${managedIdentityApiVersion}.`);
  const resource = query.get("resource") ?? "";
  if (!/^(https?|api|urn):\S{3,250}$/.test(resource) && !/^[0-9a-f-]{36}$/i.test(resource))
    return problem(400, "BadRequest", "resource must be the URI or the id of an application.");
  for (const selector of ["client_id", "principal_id", "object_id", "mi_res_id", "msi_res_id"])
    if (query.has(selector))
      return problem(400, "BadRequest", `Only the system-assigned identity exists here; drop ${selector}.`);
  const token = await identity.issueToken({
    audience: resource,
    roles: [],
    subject: appIdentity,
    lifetimeSeconds: managedIdentityLifetimeSeconds,
  });
  return json(200, {
    access_token: token,
    expires_on: String(Math.floor(nowMs / 1000) + managedIdentityLifetimeSeconds),
    resource,
    token_type: "Bearer",
    client_id: appIdentity,
  });
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

function problem(status: number, code: string, message: string): Response {
  return json(status, { statusCode: status, error: code, error_description: message, message });
}
