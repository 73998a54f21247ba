// What the portal's pages ask: the operations of the API under an address of the portal's own, because the cookie goes nowhere else; a link
// for another browser; and output as it grows, read here, because pages may ask nobody else.
import type { HttpRequest } from "@azure/functions";
import { readOutput } from "../../../application/job-files.ts";
import type { OutputRange } from "../../../application/job-files.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import type { Services } from "../../../services/services.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { authorise } from "../lib/authorise.ts";
import { checkPath, checkSubscription, guarded, identified, nothingHere } from "../lib/guard.ts";
import { requestedRef, routeOf } from "../lib/refs.ts";
import { ok } from "../lib/reply.ts";
import { apiRequest, originOf } from "../lib/request.ts";
import type { ApiRequest } from "../lib/request.ts";
import { triggerAt } from "../lib/route-match.ts";
import { asSignedIn } from "./session.ts";
import { unlessKnown } from "./unless-known.ts";

const apiPrefix = "/portal/api";

/** `/portal/api/subscriptions/…` is `/subscriptions/…`, asked by whoever is signed in. */
export function portalApiTrigger(known: readonly HttpTrigger[]): HttpTrigger {
  return {
    name: "portal-api",
    methods: ["GET", "PUT", "PATCH", "POST", "DELETE"],
    route: "portal/api/{*path}",
    handle: (request, services) =>
      identified(request, services, async () => {
        const url = new URL(request.url);
        const pathname = url.pathname.slice(apiPrefix.length);
        checkPath(request);
        const meant = triggerAt(known, request.method, pathname);
        if (meant === undefined) throw nothingHere(request.method, pathname);
        const inner = { params: meant.params, url: new URL(pathname + url.search, url.origin).href };
        const answer = await meant.trigger.handle(asSignedIn(request, services, inner), services);
        return unlessKnown(request, answer);
      }),
  };
}

/** A link for a browser, as whoever asks: for `batchai portal`. */
export const portalLinkTrigger: HttpTrigger = {
  name: "portal-links",
  methods: ["POST"],
  route: "portal/links",
  handle: (request, services) =>
    guarded(request, services, async () => {
      const { signInCodes } = services;
      if (signInCodes === undefined)
        throw new AppError(
          "ResourceNotFound",
          "Only a local cloud makes links. Open /portal of this service and sign in with a token.",
        );
      const [, token = ""] = /^bearer\s+(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "") ?? [];
      const code = await signInCodes.issue(token);
      return ok({ link: `${originOf(request, new URL(request.url))}/portal/#code=${code}` });
    }),
};

export const portalOutputTrigger: HttpTrigger = {
  name: "portal-output",
  methods: ["GET"],
  route: `portal/output/${routeOf("job")}`,
  handle: (request, services) =>
    identified(request, services, async () => {
      const signedIn = asSignedIn(request, services);
      return guarded(signedIn, services, async (caller) => {
        const asked = apiRequest(signedIn, caller, services.settings.bodyLimitBytes);
        await authorise(asked, services, "reader");
        checkSubscription(asked, services);
        return output(asked, rangeOf(signedIn), services);
      });
    }),
};

/** Part of a file, as the Range header names it (RFC 9110, section 14): never more than a part, files grow large. */
async function output(asked: ApiRequest, range: OutputRange, services: Services) {
  const name = asked.query("name") ?? "";
  const directoryId = asked.query("outputdirectoryid") ?? "stdouterr";
  const place = { directoryId, directory: asked.query("directory") ?? ".", name };
  const part = await readOutput(services, requestedRef(asked, "job"), place, range);
  if (part === undefined)
    throw new AppError("ResourceNotFound", `The job has no file '${name.slice(0, 200)}' there.`);
  const { bytes, start, size } = part;
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
  };
  return bytes.length === 0
    ? { status: 416, headers: { ...headers, "content-range": `bytes */${size}` } }
    : {
        status: 206,
        body: bytes,
        headers: { ...headers, "content-range": `bytes ${start}-${start + bytes.length - 1}/${size}` },
      };
}

function rangeOf(request: HttpRequest): OutputRange {
  const [, from = "", last = ""] =
    /^bytes=(?:(\d{1,15})-|-(\d{1,15}))$/.exec(request.headers.get("range") ?? "") ?? [];
  if (from !== "") return { from: Number(from) };
  if (last !== "") return { last: Number(last) };
  throw new AppError("InvalidRequest", "Range: expected 'bytes=<from>-' or 'bytes=-<last>'.", {
    target: "Range",
  });
}
