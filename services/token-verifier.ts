// Who is calling: the one place that turns a bearer token into a principal.
import type { Role } from "../domain/shared/roles.ts";

export type { Role };

export interface Principal {
  /** The object id of who calls (else the token's subject): what the event table names as the actor. */
  readonly subject: string;
  /** How people know the caller: for events and messages, never to decide by. */
  readonly name?: string | undefined;
  /** The directory that the caller belongs to. */
  readonly tenant: string;
  readonly roles: readonly Role[];
  /** Object ids of the caller's groups, where the issuer lists them. */
  readonly groups: readonly string[];
  /** The caller is in more groups than a token lists. */
  readonly groupsLeftOut?: boolean | undefined;
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
