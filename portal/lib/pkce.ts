// The authorisation code flow with PKCE (RFC 6749, RFC 7636): the secrets of an attempt, and what the issuer sends the browser back with.
export interface Attempt {
  readonly state: string;
  readonly verifier: string;
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

export const newAttempt = (): Attempt => ({ state: random(), verifier: random() });

export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

export type Return =
  | { readonly kind: "code"; readonly code: string; readonly state: string }
  | { readonly kind: "refused"; readonly message: string };

/** What the issuer sent the browser back with, in the fragment of the address; undefined: nothing of it. */
export function returnIn(fragment: string): Return | undefined {
  const members = new URLSearchParams(fragment.replace(/^#/, ""));
  const [code, state, error] = [members.get("code"), members.get("state"), members.get("error")];
  if (state === null) return undefined;
  if (error !== null) return { kind: "refused", message: members.get("error_description") ?? error };
  return code === null ? undefined : { kind: "code", code, state };
}

export function scopeOf(clientId: string): string {
  return `${clientId}/.default`;
}
