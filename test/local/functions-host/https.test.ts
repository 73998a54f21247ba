// HTTPS beside HTTP: a certificate made once and kept, which a client can be told to trust.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { startApp } from "./host-under-test.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

function secureGet(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (answer) => {
      let body = "";
      answer.on("data", (chunk) => (body += String(chunk)));
      answer.on("end", () => resolve(body));
    }).on("error", reject);
  });
}

it("serves the same functions with https in their URL, and keeps certificate and keys over restarts, for its owner only", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "functions-host-"));
  folders.push(dataDirectory);
  const first = await startApp("http-commonjs", { dataDirectory, httpsPort: 0 });
  const pem = await readFile(first.certificate!, "utf8");
  const echo = JSON.parse(await secureGet(`${first.httpsUrl}/api/echo/1`, pem)) as { url: string };
  expect(echo.url).toBe(`${first.httpsUrl}/api/echo/1`);
  await expect(secureGet(`${first.httpsUrl}/api/echo/1`, "")).rejects.toThrow(/self[- ]signed/i);
  for (const secret of ["keys.json", "certificate/localhost.key"])
    expect((await stat(join(dataDirectory, secret))).mode & 0o077).toBe(0);
  await first.dispose();

  const second = await startApp("http-commonjs", { dataDirectory, httpsPort: 0 });
  expect(await readFile(second.certificate!, "utf8")).toBe(pem);
  expect(second.masterKey).toBe(first.masterKey);
});

it("without a data folder hands the certificate's text over", async () => {
  const host = await startApp("http-commonjs", { httpsPort: 0 });
  expect(await secureGet(`${host.httpsUrl}/api/echo/1`, host.certificate!)).toContain(host.httpsUrl);
});
