// The app's own identity towards Azure: the managed identity of the Functions app (or its local counterpart), a developer's
// sign-in elsewhere. The identity library is large, so it is loaded when the first token is asked for.
import type { AccessToken, TokenCredential } from "@azure/core-auth";
import type { Clock } from "../clock.ts";
import type { TokenSource } from "./bearer-policy.ts";

/** A token is renewed when it has less than this left. */
const renewBeforeMs = 5 * 60_000;

/**
 * @param managed whether the platform announced a managed identity (`IDENTITY_ENDPOINT`).
 * @param clientId which one, when it is user-assigned; absent = the app's own.
 */
export function appCredential(managed: boolean, clientId?: string): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      credential ??= load(managed, clientId);
      return (await credential).getToken(scopes, options);
    },
  };
}

async function load(managed: boolean, clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (!managed) return new DefaultAzureCredential();
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}

export function tokenSource(credential: TokenCredential, clock: Clock): TokenSource {
  const cache = new Map<string, Promise<AccessToken>>();
  const fetchToken = async (scope: string): Promise<AccessToken> => {
    const token = await credential.getToken(scope);
    if (token === null) throw new Error(`No identity is available for ${scope}.`);
    return token;
  };
  const renew = (scope: string): Promise<AccessToken> => {
    const pending = fetchToken(scope);
    cache.set(scope, pending);
    pending.catch(() => cache.delete(scope));
    return pending;
  };
  return {
    async token(scope) {
      const cached = await (cache.get(scope) ?? renew(scope));
      const fresh = cached.expiresOnTimestamp - clock.now() > renewBeforeMs;
      return fresh ? cached.token : (await renew(scope)).token;
    },
  };
}
