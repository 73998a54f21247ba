// One-time codes for browsers. A link that `batchai` prints carries one; whoever opens it first gets a token, nobody a second one.
// Invariant: a code is kept only as its digest, lives a quarter of an hour, and ends with its first use.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { LocalIdentity } from "./index.ts";

export interface SignInCodes {
  /** A code for the roles and subject given. */
  issue(holder: Holder): string;
  /** Answers `POST /sign-in-codes` and `POST /sign-in-codes/redeem`; undefined for every other path. */
  handle(request: Request): Promise<Response | undefined>;
}

interface Holder {
  readonly subject: string;
  readonly roles: readonly string[];
}

export const codeLifetimeMs = 15 * 60_000;
/** Of a session in a browser. */
const tokenLifetimeSeconds = 12 * 3600;
/** Older ones end when there are more: nobody opens so many links. */
const mostCodes = 32;

const Redemption = z.object({ code: z.string().max(200) });

export function createSignInCodes(o: {
  readonly identity: LocalIdentity;
  readonly audience: string;
  readonly clock: Clock;
  readonly random: Random;
}): SignInCodes {
  const codes = new Map<string, { readonly holder: Holder; readonly untilMs: number }>();
  const issue = (holder: Holder): string => {
    const code = o.random.bytes(32).toString("base64url");
    codes.set(digestOf(code), { holder, untilMs: o.clock.now() + codeLifetimeMs });
    for (const old of [...codes.keys()].slice(0, -mostCodes)) codes.delete(old);
    return code;
  };
  const redeem = async (request: Request): Promise<Response> => {
    const asked = Redemption.safeParse(await request.json().catch(() => undefined));
    const digest = digestOf(asked.data?.code ?? "");
    const found = codes.get(digest);
    codes.delete(digest);
    if (found === undefined || found.untilMs <= o.clock.now())
      return refused(404, "The code was used, has expired or never was.");
    const token = await o.identity.issueToken({
      ...found.holder,
      audience: o.audience,
      lifetimeSeconds: tokenLifetimeSeconds,
    });
    return answer(200, { token });
  };
  const issueTo = async (request: Request): Promise<Response> => {
    const [, token = ""] = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const holder = await o.identity.verify(token);
    if (holder === undefined) return refused(401, "Bring a token of this local cloud.");
    return answer(200, { code: issue(holder) });
  };
  return {
    issue,
    async handle(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/sign-in-codes" && pathname !== "/sign-in-codes/redeem") return undefined;
      if (request.method !== "POST") return refused(405, "Only POST is served here.");
      return pathname === "/sign-in-codes" ? issueTo(request) : redeem(request);
    },
  };
}

const digestOf = (code: string) => createHash("sha256").update(code).digest("base64url");

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

const refused = (status: number, message: string) => answer(status, { message });
