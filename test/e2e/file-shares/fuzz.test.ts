// Whatever a permitted client sends, the file shares answer it, promptly and with a status below 500, and stay in place.
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
} from "@azure/storage-file-share";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { type FileShares, startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";

const account = { name: "batchaitest", key: Buffer.alloc(64, 9).toString("base64") };
const clock = systemClock();
let folder: string;
let service: FileShares;
let sas: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shares-fuzz-"));
  await writeFile(join(folder, "outside.txt"), "untouched");
  service = await startFileShares({
    dataDirectory: join(folder, "shares"),
    accounts: [account],
    port: 0,
    clock,
    random: systemRandom(),
    logger: silentLogger,
  });
  await service.createShare(account.name, "results");
  sas = generateAccountSASQueryParameters(
    {
      expiresOn: new Date(clock.now() + 3600_000),
      permissions: AccountSASPermissions.parse("rwdlc"),
      services: AccountSASServices.parse("f").toString(),
      resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
    },
    new StorageSharedKeyCredential(account.name, account.key),
  ).toString();
});
afterAll(async () => {
  await service.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The status; a request that Node itself refuses to send counts as answered. */
function send({ method, path, headers, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(service.url);
    const options = { host: "127.0.0.1", port, method, path, headers, agent: false };
    try {
      const sent = httpRequest(options, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
        response.on("error", reject);
      });
      sent.setTimeout(20_000, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      // A body cut short or too long ends the connection; that is an answer too.
      sent.on("error", (error: NodeJS.ErrnoException) =>
        ["ECONNRESET", "EPIPE"].includes(error.code ?? "") ? resolve(400) : reject(error),
      );
      sent.end(body);
    } catch {
      resolve(400);
    }
  });
}

const segment = fc.oneof(
  fc.constantFrom(
    "results",
    "a",
    "b.txt",
    "%2e%2e",
    "..",
    ".",
    "%00",
    "%",
    "%2f",
    "%ff",
    "con",
    "x".repeat(300),
    "",
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const query = fc.dictionary(
  fc.constantFrom(
    "restype",
    "comp",
    "prefix",
    "maxresults",
    "marker",
    "include",
    "sharesnapshot",
    "timeout",
    "se",
    "x",
  ),
  fc.oneof(
    fc.constantFrom(
      "share",
      "directory",
      "service",
      "list",
      "range",
      "rangelist",
      "metadata",
      "properties",
      "acl",
      "lease",
      "rename",
      "-1",
      "0",
      "5",
      "timestamps,etag",
      "%ff",
    ),
    fc.string({ maxLength: 6 }),
  ),
  { maxKeys: 4 },
);
const headers = fc.dictionary(
  fc.constantFrom(
    "range",
    "x-ms-range",
    "x-ms-write",
    "x-ms-type",
    "x-ms-content-length",
    "x-ms-meta-a",
    "x-ms-meta-é",
    "x-ms-share-quota",
    "content-md5",
    "x-ms-lease-id",
    "x-ms-file-rename-source",
    "x-ms-file-rename-replace-if-exists",
    "x-ms-version",
    "x-ms-content-type",
  ),
  fc.oneof(
    fc.constantFrom(
      "bytes=0-3",
      "bytes=5-",
      "bytes=9-1",
      "bytes=-5",
      "update",
      "clear",
      "file",
      "4",
      "99999999999999999",
      "-1",
      "true",
      "http://127.0.0.1/batchaitest/results/a",
      "text/plain",
    ),
    fc.string({ maxLength: 10 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
  ),
  { maxKeys: 5 },
);

const sent: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom("GET", "HEAD", "PUT", "PUT", "PUT", "DELETE", "POST", "PATCH", "OPTIONS"),
    path: fc.array(segment, { maxLength: 4 }),
    inShare: fc.boolean(),
    query,
    headers,
    body: fc.oneof(fc.constant(""), fc.constantFrom("abcd", "x".repeat(20_000))),
  })
  .map(({ method, path, inShare, query, headers, body }) => {
    const parameters = Object.entries(query).map(
      ([name, value]) => `&${name}=${value.replace(/[^\x21-\x7e]|[#&]/g, "")}`,
    );
    const place = [account.name, ...(inShare ? ["results"] : []), ...path].join("/");
    return { method, path: `/${place}?SAS${parameters.join("")}`, headers, body };
  });

/** Requests that would be right, but for the place they name and one header or parameter more. */
const nearlyRight: fc.Arbitrary<Sent> = fc
  .record({
    kind: fc.constantFrom<[string, string, Record<string, string>]>(
      ["PUT", "restype=directory", {}],
      ["PUT", "", { "x-ms-type": "file", "x-ms-content-length": "8" }],
      ["PUT", "comp=range", { "x-ms-range": "bytes=2-5", "x-ms-write": "update", "content-length": "4" }],
      ["PUT", "comp=range", { "x-ms-range": "bytes=0-7", "x-ms-write": "clear" }],
      ["PUT", "comp=rename", { "x-ms-file-rename-source": "http://127.0.0.1/batchaitest/results/a" }],
      [
        "PUT",
        "restype=directory&comp=rename",
        { "x-ms-file-rename-source": "http://h/batchaitest/results/d" },
      ],
      ["GET", "", {}],
      ["GET", "", { range: "bytes=1-3" }],
      ["GET", "", { "x-ms-range": "bytes=9-" }],
      ["HEAD", "restype=directory", {}],
      ["GET", "restype=directory&comp=list", {}],
      ["DELETE", "", {}],
      ["DELETE", "restype=directory", {}],
    ),
    path: fc.constantFrom("a", "d", "d/a", "d/d", "d/d/a", "a/a", ""),
    more: headers,
    mutate: fc.nat({ max: 3 }),
  })
  .map(({ kind: [method, query, own], path, more, mutate }) => ({
    method,
    path: `/${account.name}/results/${path}?SAS&${query}`,
    headers: mutate === 0 ? { ...own, ...more } : own,
    body: own["content-length"] === "4" ? "abcd" : "",
  }));

describe("the file shares under fire", () => {
  it("answer every request below 500 and keep to their folder", { timeout: 180_000 }, async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(sent, nearlyRight), { minLength: 1, maxLength: 40 }),
        async (all) => {
          for (const one of all) {
            const status = await send({ ...one, path: one.path.replace("SAS", sas) });
            seen.add(status);
            expect(status, `${one.method} ${one.path} ${JSON.stringify(one.headers)}`).toBeLessThan(500);
            expect(status).toBeGreaterThanOrEqual(200);
          }
        },
      ),
      { numRuns: 500, seed: 5 },
    );
    expect(await readFile(join(folder, "outside.txt"), "utf8")).toBe("untouched");
    expect(await readdir(folder)).toEqual(["outside.txt", "shares"]);
    // The fire did reach the operations behind the edge.
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 202, 206, 400, 404, 409, 416]));
  });
});
