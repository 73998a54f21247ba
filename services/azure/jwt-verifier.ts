// Bearer tokens as Microsoft Entra ID issues them: signature against the issuer's published keys (cached, fetched again
// when an unknown key appears), issuer, audience, lifetime with a little tolerance. Roles are the token's app roles.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { JWTPayload } from "jose";
import { AppError } from "../../domain/shared/errors.ts";
import type { Clock } from "../clock.ts";
import type { Principal, Role, TokenVerifier } from "../token-verifier.ts";
import { isLoopbackHttp } from "./endpoints.ts";

const clockToleranceSeconds = 60;
const keyFetchTimeoutMs = 5_000;
const roles: readonly Role[] = ["reader", "submitter", "operator", "admin"];

export function jwtVerifier(options: {
  readonly issuer: string;
  readonly audiences: readonly string[];
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
          requiredClaims: ["exp"],
        });
        return { kind: "valid", principal: principalOf(payload) };
      } catch (error) {
        return { kind: "invalid", code: "InvalidAuthenticationToken", message: explain(error) };
      }
    },
  };
}

function principalOf(payload: JWTPayload): Principal {
  const named: unknown = payload["roles"];
  const given: readonly unknown[] = Array.isArray(named) ? named : [];
  const oid: unknown = payload["oid"];
  return {
    subject: payload.sub ?? (typeof oid === "string" ? oid : "unknown"),
    roles: roles.filter((role) =>
      given.some((name) => typeof name === "string" && name.toLowerCase() === role),
    ),
  };
}

/** Why the token was refused. Throws when nobody can tell, because the issuer's keys could not be fetched. */
function explain(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The access token has expired; get a new one.";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The access token is not for this service: its claim '${error.claim}' is not accepted.`;
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    throw new AppError("ServiceUnavailable", "The keys of the token issuer could not be fetched.", {
      cause: error,
    });
  return "The access token is damaged or was signed by somebody else.";
}
