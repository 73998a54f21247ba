// Who uses the portal: the token lies in a cookie that no script can read and that goes nowhere but to `/portal`. It is named after the
// port, because browsers do not tell the ports of one host apart.
// Invariant: nothing is answered to a cookie alone. The request must bring a header that only a page of this very origin can set, so
// that a page from elsewhere, even of another port of this machine, can neither read nor change anything.
// Why it is so: docs/adr/0034-the-portal-is-files-of-the-app.md
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { AppError } from "../../../domain/shared/errors.ts";
import { parse } from "../../../domain/shared/parse.ts";
import type { Services } from "../../../services/services.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { changedRequest } from "../lib/changed-request.ts";
import { guarded, identified } from "../lib/guard.ts";
import { noContent, ok } from "../lib/reply.ts";
import { originOf, readJson } from "../lib/request.ts";

/** What pages of the portal say with each call. */
export const portalHeader = "x-batchai-portal";
const path = "/portal";
const sessionSeconds = 12 * 3600;
/** What a browser keeps of a cookie: 4096 bytes with its name and attributes (RFC 6265, section 6.1). */
const longestToken = 3_900;
/** Nobody is known yet who sends it. */
const longestOffer = 65_536;
const Offer = z.object({ code: z.string().optional(), token: z.string().optional() });

export const sessionTrigger: HttpTrigger = {
  name: "portal-session",
  methods: ["GET", "POST", "DELETE"],
  route: "portal/session",
  handle(request, services) {
    if (request.method === "POST") return identified(request, services, () => signIn(request, services));
    if (request.method === "DELETE")
      return identified(request, services, async () => {
        refuseForeign(request, services);
        return { ...noContent(), cookies: [cookieOf(request, "", 0)] };
      });
    return identified(request, services, async () => {
      const signedIn = asSignedIn(request, services);
      return guarded(signedIn, services, async ({ principal }) => ok(whoIs(principal, services)));
    });
  },
};

async function signIn(request: HttpRequest, services: Services): Promise<HttpResponseInit> {
  refuseForeign(request, services);
  const token = await offeredToken(request, services);
  if (token.length > longestToken)
    throw new AppError(
      "AuthenticationFailed",
      "The token is too long for a cookie. Tokens with many groups are: let the app registration send app roles only.",
    );
  const verdict = await services.tokens.verify(token);
  if (verdict.kind === "invalid") throw new AppError(verdict.code, verdict.message);
  return { ...ok(whoIs(verdict.principal, services)), cookies: [cookieOf(request, token, sessionSeconds)] };
}

async function offeredToken(request: HttpRequest, services: Services): Promise<string> {
  const { code, token } = parse(Offer, await readJson(request, longestOffer));
  if (token !== undefined) return token.trim();
  if (code === undefined || services.signInCodes === undefined)
    throw new AppError("InvalidRequest", "Send a token, or the code of a link where there are such links.");
  const redeemed = await services.signInCodes.redeem(code);
  if (redeemed !== undefined) return redeemed;
  throw new AppError(
    "AuthenticationFailed",
    "The link was opened before, or is older than a quarter of an hour. Make another: batchai portal",
  );
}

function whoIs(
  { subject, roles }: { readonly subject: string; readonly roles: readonly string[] },
  services: Services,
) {
  const { subscriptionId, location } = services.settings;
  return { subject, roles, subscriptionId, location, hasLinks: services.signInCodes !== undefined };
}

/** The request with the token of its cookie. @throws AppError when it has none, or comes from elsewhere. */
export function asSignedIn(
  request: HttpRequest,
  services: Services,
  changes: { readonly params?: Record<string, string>; readonly url?: string } = {},
): HttpRequest {
  refuseForeign(request, services);
  const token = cookieValue(request.headers.get("cookie") ?? "", cookieName(request));
  if (token === undefined || token === "")
    throw new AppError("AuthenticationFailed", "Nobody is signed in to the portal in this browser.");
  const headers = new Headers(Object.fromEntries(request.headers.entries()));
  headers.delete("cookie");
  headers.set("authorization", `Bearer ${token}`);
  return changedRequest(request, { params: request.params, ...changes, headers });
}

/** @throws AppError AuthorizationFailed unless a page of this service sent the request. */
function refuseForeign(request: HttpRequest, services: Pick<Services, "signInCodes">): void {
  const url = new URL(request.url);
  // A name that somebody else lets point here would make their page one of this origin (DNS rebinding).
  if (services.signInCodes !== undefined && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw new AppError("AuthorizationFailed", "Open the portal of this machine as 127.0.0.1 or localhost.");
  const origin = request.headers.get("origin");
  if (request.headers.get(portalHeader) === "1" && (origin === null || origin === originOf(request, url)))
    return;
  throw new AppError(
    "AuthorizationFailed",
    "Only pages of the portal may use its sign-in; other programs bring a token.",
  );
}

function cookieName(request: HttpRequest): string {
  return `batchai-portal-${new URL(request.url).port || "443"}`;
}

function cookieOf(request: HttpRequest, value: string, maxAge: number) {
  const secure = originOf(request, new URL(request.url)).startsWith("https:");
  return {
    name: cookieName(request),
    value,
    maxAge,
    path,
    secure,
    httpOnly: true,
    sameSite: "Strict" as const,
  };
}

function cookieValue(header: string, name: string): string | undefined {
  const pairs = header.split(/;\s*/).map((pair) => pair.split("=", 2));
  return pairs.find(([each]) => each === name)?.[1];
}
