// Bearer tokens as Microsoft Entra ID issues them: signature against the issuer's published keys (cached, fetched again
// when an unknown key appears), issuer, audience, lifetime with a little tolerance. Roles are the token's app roles.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { JWTPayload } from "jose";
import { AppError } from "../../domain/shared/errors.ts";
import type { Clock } from "../clock.ts";
import { roles } from "../../domain/shared/roles.ts";
import type { Principal, TokenRefusal, TokenVerifier } from "../token-verifier.ts";
import { isLoopbackHttp } from "./endpoints.ts";

const clockToleranceSeconds = 60;
const keyFetchTimeoutMs = 5_000;

export function jwtVerifier(options: {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The one tenant whose tokens are taken; undefined = whatever the issuer vouches for. */
  readonly tenant?: string | undefined;
  readonly jwksUrl: string;
  readonly clock: Clock;
}): TokenVerifier {
  isLoopbackHttp(options.jwksUrl);
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    timeoutDuration: keyFetchTimeoutMs,
    cooldownDuration: 1_000,
  });
  const audience = options.audiences.flatMap((name) => [
    name.replace(/\/+$/, ""),
    `${name.replace(/\/+$/, "")}/`,
  ]);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: options.issuer,
          audience,
          algorithms: ["RS256", "RS384", "RS512", "PS256", "ES256"],
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(options.clock.now()),
          requiredClaims: ["exp", "tid"],
        });
        const principal = principalOf(payload);
        if (principal === undefined)
          return refused("InvalidAuthenticationToken", "The access token does not say who calls.");
        if (options.tenant !== undefined && principal.tenant !== options.tenant.toLowerCase())
          return refused("InvalidAuthenticationTokenTenant", "The access token is of another tenant.");
        return { kind: "valid", principal };
      } catch (error) {
        return explain(error);
      }
    },
  };
}

/** Undefined when the token names nobody. */
function principalOf(payload: JWTPayload): Principal | undefined {
  const given = textsOf(payload["roles"]);
  const name = nameIn(payload);
  const oid: unknown = payload["oid"];
  const subject = typeof oid === "string" ? oid : payload.sub;
  if (subject === undefined || subject === "") return undefined;
  return {
    subject,
    ...(name === undefined ? {} : { name }),
    tenant: String(payload["tid"]).toLowerCase(),
    roles: roles.filter((role) => given.some((one) => one.toLowerCase() === role)),
    groups: textsOf(payload["groups"]),
    ...(leavesGroupsOut(payload) ? { groupsLeftOut: true } : {}),
  };
}

function textsOf(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((one) => typeof one === "string") : [];
}

/** Of people, then of apps ("Access token claims reference"). */
const nameClaims = ["preferred_username", "upn", "unique_name", "name", "app_displayname", "azp", "appid"];
const longestName = 120;

function nameIn(payload: JWTPayload): string | undefined {
  const found = nameClaims
    .map((claim) => payload[claim])
    .find((name) => typeof name === "string" && name !== "");
  return typeof found === "string" ? found.slice(0, longestName) : undefined;
}

/** Too many to list: the token names where to ask for them, or only says that there are some ("Groups overage claim"). */
function leavesGroupsOut(payload: JWTPayload): boolean {
  const elsewhere = payload["_claim_names"];
  return (
    (typeof elsewhere === "object" && elsewhere !== null && "groups" in elsewhere) ||
    payload["hasgroups"] === true ||
    payload["hasgroups"] === "true"
  );
}

type Refusal = Exclude<Awaited<ReturnType<TokenVerifier["verify"]>>, { readonly kind: "valid" }>;

const claimCodes: Readonly<Record<string, TokenRefusal>> = {
  aud: "InvalidAuthenticationTokenAudience",
  iss: "InvalidAuthenticationTokenTenant",
  tid: "InvalidAuthenticationTokenTenant",
};

function refused(code: TokenRefusal, message: string): Refusal {
  return { kind: "invalid", code, message };
}

/** Why the token was refused. Throws when nobody can tell, because the issuer's keys could not be fetched. */
function explain(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired)
    return refused("ExpiredAuthenticationToken", "The access token has expired; get a new one.");
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(
      claimCodes[error.claim] ?? "InvalidAuthenticationToken",
      `The access token is not for this service: its claim '${error.claim}' is not accepted.`,
    );
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    throw new AppError("ServiceUnavailable", "The keys of the token issuer could not be fetched.", {
      cause: error,
    });
  return refused("InvalidAuthenticationToken", "The access token is damaged or was signed by somebody else.");
}
