// The portal's own files, as the build left them beside the app: compressed already, named by their content, kept by browsers for good.
// Every other path below `/portal` is a page of it, and answers the one document. Pages may load nothing from elsewhere and be shown
// in no frame.
import { readdir, readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { Authority } from "../../../services/authority.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { identified } from "../lib/guard.ts";

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const pageHeaders = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** @param authority whose endpoints a page asks for a token; nobody else is asked for anything. */
function policy(authority: Authority | undefined): string {
  const more = authority === undefined ? "" : `connect-src 'self' ${new URL(authority.issuer).origin}; `;
  return `default-src 'self'; ${more}base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'`;
}

/** @param folder where the build put them. */
export function portalFileTriggers(folder: URL): readonly HttpTrigger[] {
  let names: Promise<ReadonlySet<string>> | undefined;
  const handle: HttpTrigger["handle"] = (request, services) =>
    identified(request, services, async () => {
      names ??= readdir(folder).then(
        (found) => new Set(found),
        () => new Set<string>(),
      );
      const { pathname } = new URL(request.url);
      const [, asset] = /^\/portal\/assets\/([\w.-]+)$/i.exec(pathname) ?? [];
      const name = asset ?? "index.html";
      const all = await names;
      // Named by a list, so that no path leads out of the folder.
      if (!all.has(name) || asset === "index.html") throw missing(asset);
      return fileAnswer(request, { folder, name, all }, services.authority);
    });
  return [
    { name: "portal-root", methods: ["GET", "HEAD"], route: "portal", handle },
    { name: "portal-static", methods: ["GET", "HEAD"], route: "portal/{*path}", handle },
  ];
}

function missing(asset: string | undefined): AppError {
  return new AppError(
    "ResourceNotFound",
    asset === undefined
      ? "The portal is not part of this build: run npm run build."
      : `The portal has no file '${asset.slice(0, 100)}'. Load the page again: it may be of an older version.`,
  );
}

interface Asked {
  readonly folder: URL;
  readonly name: string;
  readonly all: ReadonlySet<string>;
}

async function fileAnswer(
  request: HttpRequest,
  { folder, name, all }: Asked,
  authority: Authority | undefined,
): Promise<HttpResponseInit> {
  const accepted = (request.headers.get("accept-encoding") ?? "").toLowerCase();
  const encoding = (["br", "gzip"] as const).find(
    (each) => accepted.includes(each) && all.has(`${name}.${each}`),
  );
  const body = new Uint8Array(
    await readFile(new URL(encoding === undefined ? name : `${name}.${encoding}`, folder)),
  );
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = {
    ...pageHeaders,
    "content-security-policy": policy(authority),
    etag,
    vary: "accept-encoding",
    "cache-control": name === "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
  };
  if (request.headers.get("if-none-match") === etag) return { status: 304, headers };
  return {
    status: 200,
    headers: {
      ...headers,
      "content-type": types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    },
    body,
  };
}
