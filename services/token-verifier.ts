// Who is calling: the one place that turns a bearer token into a principal.
import type { Role } from "../domain/shared/roles.ts";

export type { Role };

export interface Principal {
  /** The object id of who calls (else the token's subject): what the event table names as the actor. */
  readonly subject: string;
  /** The directory that the caller belongs to. */
  readonly tenant: string;
  readonly roles: readonly Role[];
}

export type TokenRefusal =
  | "InvalidAuthenticationToken"
  | "InvalidAuthenticationTokenAudience"
  | "InvalidAuthenticationTokenTenant"
  | "ExpiredAuthenticationToken";

export interface TokenVerifier {
  /** A token that is foreign, expired or damaged is a value, not an exception. */
  verify(
    token: string,
  ): Promise<
    | { readonly kind: "valid"; readonly principal: Principal }
    | { readonly kind: "invalid"; readonly code: TokenRefusal; readonly message: string }
  >;
}
