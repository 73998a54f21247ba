// Signing in at the issuer: away with a challenge, back with a code, the code for a token, and the token at once into the cookie that no script
// reads. The token is in no address and in no storage.
import { challengeOf, newAttempt, scopeOf } from "../lib/pkce.ts";
import type { Attempt, Return } from "../lib/pkce.ts";
import { CallError, readAuthority, signIn } from "./http.ts";
import type { Authority, Session } from "./http.ts";
import { t } from "../texts/texts.ts";

interface Endpoints {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

const key = "openbatchai-sign-in";

/** What is kept while the browser is away is the secret of this one attempt: no token. */
const keepAttempt = (attempt: Attempt) => sessionStorage.setItem(key, JSON.stringify(attempt));

/** The attempt that is under way in this tab; it can be taken once. */
function takeAttempt(): Attempt | undefined {
  const text = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return text === null ? undefined : (JSON.parse(text) as Attempt);
}

const redirectUri = () => `${location.origin}/portal/`;

/** Leaves the page for that of the issuer. */
export async function leaveToSignIn(authority: Authority): Promise<void> {
  const { authorization_endpoint: endpoint } = await endpointsOf(authority);
  const attempt = newAttempt();
  const url = new URL(endpoint);
  const members = {
    client_id: authority.clientId,
    response_type: "code",
    response_mode: "fragment",
    redirect_uri: redirectUri(),
    scope: scopeOf(authority.clientId),
    state: attempt.state,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  keepAttempt(attempt);
  location.assign(url);
}

/** @throws CallError in the issuer's words, or when this tab did not ask for it. */
export async function signInWith(returned: Return): Promise<Session> {
  const attempt = takeAttempt();
  if (returned.kind === "refused") throw refusal("SignInRefused", returned.message);
  if (attempt === undefined || attempt.state !== returned.state)
    throw refusal("SignInRefused", t.common.calls.otherTab);
  const authority = await readAuthority();
  const { token_endpoint: endpoint } = await endpointsOf(authority);
  const form = new URLSearchParams({
    client_id: authority.clientId,
    grant_type: "authorization_code",
    code: returned.code,
    redirect_uri: redirectUri(),
    scope: scopeOf(authority.clientId),
    code_verifier: attempt.verifier,
  });
  const answer = (await asked(endpoint, { method: "POST", body: form })) as {
    readonly access_token?: string;
  };
  if (typeof answer.access_token !== "string") throw refusal("SignInRefused", t.common.calls.noToken);
  return signIn({ token: answer.access_token });
}

async function endpointsOf({ issuer }: Authority): Promise<Endpoints> {
  return (await asked(`${issuer}/.well-known/openid-configuration`)) as Endpoints;
}

/** Without cookies and without a referrer: the issuer is told what the request says and no more. */
async function asked(url: string, init: RequestInit = {}): Promise<unknown> {
  const given: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer", ...init };
  const response = await fetch(url, given).catch(() => {
    throw refusal("Unreachable", t.common.calls.hostSilent(new URL(url).host));
  });
  const body = (await response.json().catch(() => ({}))) as { readonly error_description?: string };
  if (!response.ok)
    throw refusal("SignInRefused", body.error_description ?? t.common.calls.issuerAnswered(response.status));
  return body;
}

const refusal = (code: string, message: string) => new CallError(message, { status: 0, code });
