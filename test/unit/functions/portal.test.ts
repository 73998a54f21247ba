// How a browser gets in, and what cannot: links, tokens, cookies, pages of other origins. Through the app itself in one process.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import type { HttpRequest } from "@azure/functions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { portalFileTriggers } from "../../../functions/http/portal/files.ts";
import { authorityOf } from "../../../services/authority.ts";
import type { Services } from "../../../services/services.ts";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import {
  experimentPath,
  jobBody,
  logsOnShare,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";

const { HttpRequest: Request } = createRequire(import.meta.url)("@azure/functions") as {
  HttpRequest: new (init: object) => HttpRequest;
};

const local = "http://127.0.0.1:7180";
const page = { "x-batchai-portal": "1", origin: local };
const cookie = (role: string) => `other=1; batchai-portal-7180=role-${role}`;
const codes = new Map([["right-code", "role-operator"]]);
const signInCodes = {
  issue: async (token: string) => `code-for-${token}`,
  redeem: async (code: string) => {
    const token = codes.get(code);
    codes.delete(code);
    return token;
  },
};

let world: AppWorld;
let cluster: Awaited<ReturnType<typeof worldWithCluster>>;
const ask = (method: string, path: string, headers: Record<string, string>, body?: object) =>
  world.api(method, `${local}${path}`, {
    token: undefined,
    headers,
    ...(body === undefined ? {} : { body }),
  });

describe("signing in to the portal", () => {
  beforeAll(async () => {
    world = await startAppWorld({ signInCodes });
  });

  it("exchanges the code of a link once, for a cookie that scripts cannot read and that goes to the portal only", async () => {
    const first = await ask("POST", "/portal/session", page, { code: "right-code" });
    expect([first.status, first.body.roles]).toEqual([200, ["operator"]]);
    expect(first.cookies).toEqual([
      {
        name: "batchai-portal-7180",
        value: "role-operator",
        maxAge: 43_200,
        path: "/portal",
        secure: false,
        httpOnly: true,
        sameSite: "Strict",
      },
    ]);
    const second = await ask("POST", "/portal/session", page, { code: "right-code" });
    expect([second.status, second.body.error.message]).toEqual([
      401,
      expect.stringContaining("batchai portal"),
    ]);
  });

  it("takes a token as well, refuses a damaged one and one that is too long for a cookie", async () => {
    expect((await ask("POST", "/portal/session", page, { token: "role-reader" })).status).toBe(200);
    expect((await ask("POST", "/portal/session", page, { token: "damaged" })).body.error.code).toBe(
      "InvalidAuthenticationToken",
    );
    for (const [text, status] of [
      ["null", 400],
      ["[]", 400],
      [`{"token":"${"x".repeat(70_000)}"}`, 413],
    ] as const)
      expect([
        text.slice(0, 9),
        (await world.api("POST", `${local}/portal/session`, { token: undefined, headers: page, text }))
          .status,
      ]).toEqual([text.slice(0, 9), status]);
    const long = await ask("POST", "/portal/session", page, { token: `role-${"x".repeat(4_000)}` });
    expect([long.status, long.body.error.message]).toEqual([401, expect.stringContaining("too long")]);
  });

  it("says who is signed in, and takes the cookie away again", async () => {
    const who = await ask("GET", "/portal/session", { ...page, cookie: cookie("reader") });
    expect(who.body).toEqual({
      subject: "tester",
      roles: ["reader"],
      subscriptionId,
      location: "eastus",
      hasLinks: true,
    });
    expect((await ask("GET", "/portal/session", page)).status).toBe(401);
    const left = await ask("DELETE", "/portal/session", { ...page, cookie: cookie("reader") });
    expect([left.status, left.cookies?.[0]?.value, left.cookies?.[0]?.maxAge]).toEqual([204, "", 0]);
  });

  it("says where people sign in by a page of the issuer, to whoever asks; on a local cloud nowhere", async () => {
    const auth = {
      issuer: "https://login.example/t/v2.0/",
      audiences: ["api://11111111-2222-4333-8444-555555555555"],
    };
    const authority = {
      issuer: "https://login.example/t/v2.0",
      clientId: "11111111-2222-4333-8444-555555555555",
    };
    expect(authorityOf(auth)).toEqual(authority);
    expect(authorityOf({ ...auth, audiences: ["https://management.example"] })).toBeUndefined();
    const other = await startAppWorld({ authority: authorityOf(auth) });
    const told = await other.api("GET", `${local}/portal/authority`, { token: undefined });
    expect([told.status, told.body]).toEqual([200, authority]);
    expect((await ask("GET", "/portal/authority", page)).status).toBe(404);
  });

  it("makes a link for whoever has a token, with the code where browsers send it to nobody", async () => {
    const answer = await world.api("POST", `${local}/portal/links`, { token: "role-reader" });
    expect(answer.body).toEqual({ link: `${local}/portal/#code=code-for-role-reader` });
  });
});

describe("requests with the portal's cookie", () => {
  const list = `/portal/api${workspacePath}/experiments`;

  it("are those of the API, as whoever is signed in", async () => {
    cluster = await worldWithCluster({}, { signInCodes });
    world = cluster;
    const read = await ask("GET", list, { ...page, cookie: cookie("reader") });
    expect([read.status, read.body.value.length]).toEqual([200, 1]);
    const refused = await ask("DELETE", `/portal/api${workspacePath}`, { ...page, cookie: cookie("reader") });
    expect(refused.status).toBe(403);
    const unknown = await ask("GET", "/portal/api/nothing", { ...page, cookie: cookie("reader") });
    expect(unknown.status).toBe(404);
  });

  it("are those of MLflow's protocol, too, as far as whoever is signed in may ask", async () => {
    const calls = `/portal/api${workspacePath}/mlflow/api/2.0/mlflow`;
    const as = (role: string) => ({ ...page, cookie: cookie(role), "content-type": "application/json" });
    const found = await ask("POST", `${calls}/runs/search`, as("reader"), { experiment_ids: ["e"] });
    expect([found.status, found.body]).toEqual([200, { runs: [] }]);
    const begun = await ask("POST", `${calls}/runs/create`, as("reader"), { experiment_id: "e" });
    expect(begun.status).toBe(403);
    const foreign = await ask("POST", `${calls}/runs/search`, { cookie: cookie("reader") }, {});
    expect(foreign.status).toBe(403);
    const unknown = await ask("GET", `${calls}/registered-models/search`, as("reader"));
    expect([unknown.status, unknown.body.error_code]).toEqual([404, "ENDPOINT_NOT_FOUND"]);
  });

  it("are answered 304 for what the page has already, with nothing in it", async () => {
    const one = `/portal/api${experimentPath}`;
    for (const path of [one, list]) {
      const headers = { ...page, cookie: cookie("reader") };
      const first = await ask("GET", path, headers);
      const etag = first.headers["etag"] ?? "";
      expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[\w-]+"$/)]);
      const second = await ask("GET", path, { ...headers, "if-none-match": etag });
      expect([second.status, second.body, second.headers["etag"]]).toEqual([304, undefined, etag]);
      expect((await ask("GET", path, { ...headers, "if-none-match": '"another"' })).status).toBe(200);
    }
    const signedOut = await ask("GET", one, { ...page, "if-none-match": '"any"' });
    expect(signedOut.status).toBe(401);
  });

  it("are refused from a page of another origin, even of another port of this machine", async () => {
    for (const headers of [
      { cookie: cookie("admin") },
      { cookie: cookie("admin"), origin: "http://127.0.0.1:9999" },
      { ...page, cookie: cookie("admin"), origin: "http://127.0.0.1:9999" },
      { ...page, cookie: cookie("admin"), origin: "null" },
    ]) {
      expect((await ask("GET", list, headers)).status).toBe(403);
      expect((await ask("DELETE", `/portal/api${workspacePath}`, headers)).status).toBe(403);
      expect((await ask("POST", "/portal/session", headers, { token: "role-admin" })).status).toBe(403);
    }
  });

  it("are refused under a name that somebody else lets point here", async () => {
    const origin = "http://evil.example:7180";
    const answer = await world.api("GET", `${origin}${list}`, {
      token: undefined,
      headers: { "x-batchai-portal": "1", origin, cookie: cookie("admin") },
    });
    expect(answer.status).toBe(403);
  });

  it("are worth nothing at the API itself, and a bearer token nothing at the portal's", async () => {
    expect(
      (await ask("GET", `${workspacePath}/experiments`, { ...page, cookie: cookie("admin") })).status,
    ).toBe(401);
    expect((await world.api("GET", `${local}${list}`, { token: "role-admin", headers: page })).status).toBe(
      401,
    );
  });

  it("read files of a job in parts: the last of it, what is new, and nothing beyond its end", async () => {
    await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody(logsOnShare) });
    const job = (await world.api("GET", `${experimentPath}/jobs/j`)).body.properties;
    world.written.set(`${job.jobOutputDirectoryPathSegment}/stdouterr/stdout.txt`, "one\ntwo\n");
    const read = async (range: string, name = "stdout.txt") => {
      const path = `/portal/output${experimentPath}/jobs/j?name=${encodeURIComponent(name)}`;
      const { status, headers, body, text } = await ask("GET", path, {
        ...page,
        cookie: cookie("reader"),
        range,
      });
      return [status, headers["content-range"], text ?? String(body?.error?.code)];
    };
    expect(await read("bytes=-4")).toEqual([206, "bytes 4-7/8", "two\n"]);
    expect(await read("bytes=0-")).toEqual([206, "bytes 0-7/8", "one\ntwo\n"]);
    expect((await read("bytes=8-")).slice(0, 2)).toEqual([416, "bytes */8"]);
    expect(await read("bytes=0-", "absent")).toEqual([404, undefined, "ResourceNotFound"]);
    expect(await read("bytes=0-", "../stdout.txt")).toEqual([400, undefined, "InvalidQueryParameter"]);
    expect(await read("lines=1")).toEqual([400, undefined, "InvalidRequest"]);
  });
});

describe("the portal's files", () => {
  const folder = mkdtempSync(join(tmpdir(), "portal-files-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of [
    ["index.html", "<!doctype html>"],
    ["portal-A.js", "plain"],
    ["portal-A.js.br", "br"],
    ["portal-A.js.gzip", "gz"],
  ] as const)
    writeFileSync(join(folder, name), text);
  const [, files] = portalFileTriggers(pathToFileURL(`${folder}/`));
  const get = async (path: string, headers: Record<string, string> = {}, more: Partial<Services> = {}) => {
    const services = {
      random: { uuid: () => "id" },
      logger: { error: () => undefined },
      ...more,
    } as unknown as Services;
    const answer = await files?.handle(
      new Request({ method: "GET", url: `${local}${path}`, headers }),
      services,
    );
    return {
      status: answer?.status,
      text: Buffer.from((answer?.body ?? "") as Uint8Array).toString(),
      headers: answer?.headers as Record<string, string>,
    };
  };

  it("are kept by browsers for good, compressed as the browser likes it", async () => {
    const plain = await get("/portal/assets/portal-A.js");
    expect([plain.text, plain.headers["cache-control"]]).toEqual([
      "plain",
      "public, max-age=31536000, immutable",
    ]);
    const br = await get("/portal/assets/portal-A.js", { "accept-encoding": "gzip, br" });
    expect([br.text, br.headers["content-encoding"], br.headers["content-type"]]).toEqual([
      "br",
      "br",
      "text/javascript; charset=utf-8",
    ]);
    expect((await get("/portal/assets/portal-A.js", { "accept-encoding": "gzip" })).text).toBe("gz");
  });

  it("answer the one document for every page, with a policy that lets nothing in from elsewhere and into no frame", async () => {
    const found = await get("/portal/w/local/lab/jobs");
    expect([found.status, found.text]).toEqual([200, "<!doctype html>"]);
    expect(found.headers["content-security-policy"]).toMatch(
      /^default-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(found.headers["content-security-policy"]).not.toContain("unsafe");
    expect((await get("/portal/", { "if-none-match": found.headers["etag"] ?? "" })).status).toBe(304);
  });

  it("may ask the issuer of tokens for one, where people sign in there, and nobody else", async () => {
    const authority = { issuer: "https://login.example/tenant/v2.0", clientId: "client" };
    const found = await get("/portal/", {}, { authority });
    expect(found.headers["content-security-policy"]).toContain("connect-src 'self' https://login.example;");
    expect((await get("/portal/")).headers["content-security-policy"]).not.toContain("connect-src");
  });

  it("are those of the folder and no others", async () => {
    for (const path of [
      "/portal/assets/absent.js",
      "/portal/assets/index.html",
      "/portal/assets/..%2fpackage.json",
    ])
      expect([path, (await get(path)).text]).not.toEqual([path, expect.stringContaining("{")]);
    expect((await get("/portal/assets/absent.js")).status).toBe(404);
  });
});
