// `batchai notebook` on a local cloud: Jupyter is a stand-in that everybody has, and the genuine one where it is installed.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { until } from "../support/batch-ai-client.ts";
import { testTools } from "../support/test-tools.ts";
import { typed } from "../support/typed-program.ts";
import type { Typed } from "../support/typed-program.ts";

const folder = mkdtempSync(join(tmpdir(), "notebook-"));
const bin = join(folder, "bin");
const words = join(folder, "words");
const place = ["-w", "lab", "-e", "digits"];
let cloud: LocalCloud;

const typedLine = (...line: string[]) => typed(line, { folder });
const type = (...line: string[]) => typed(line, { folder }).ended;

/** The address, once Jupyter answers there. */
async function addressOf({ said, child }: Typed): Promise<URL> {
  const line = await until("the address", async () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${said.err}`);
    return /^(\S+)\n/.exec(said.out)?.[1];
  });
  return new URL(line);
}

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  mkdirSync(bin);
  const standIn = `#!${process.execPath}
const { createServer } = require("node:http");
const { writeFileSync } = require("node:fs");
const words = process.argv.slice(2);
if (words[0] !== "lab") process.exit(2);
if (words[1] === "--version") process.exit(0);
writeFileSync(${JSON.stringify(words)}, words.join(" "));
const valueOf = (name) => words.find((word) => word.startsWith(name + "="))?.slice(name.length + 1);
createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://x");
  if (pathname === "/api") return response.end('{"version": "stand-in"}');
  const isKnown = searchParams.get("token") === process.env.JUPYTER_TOKEN;
  response.writeHead(isKnown ? 200 : 403).end(isKnown ? "the notebook" : "who is it?");
}).listen(Number(valueOf("--port")), valueOf("--ip"));
`;
  writeFileSync(join(bin, "jupyter"), standIn, { mode: 0o755 });
}, 60_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const withPath = (path: string) => ["--env", `PATH=${path}`];
const usual = `${bin}:/usr/local/bin:/usr/bin:/bin`;

it(
  "tells an address that opens it, shows its token nowhere else, and Ctrl-C ends the job",
  { timeout: 90_000 },
  async () => {
    const notebook = typedLine("notebook", ...place, "-n", "first", ...withPath(usual));
    const address = await addressOf(notebook);
    expect(address.hostname).toBe("127.0.0.1");
    const token = address.searchParams.get("token") ?? "";
    expect(token).toMatch(/^[0-9a-f]{48}$/);
    expect(await (await fetch(address)).text()).toBe("the notebook");
    expect((await fetch(new URL("/?token=other", address))).status).toBe(403);
    const shown = await type("job", "show", ...place, "-n", "first");
    expect(JSON.parse(shown.out)).toMatchObject({ secrets: [{ name: "JUPYTER_TOKEN" }] });
    const logs = await Promise.all(
      ["stdout", "stderr"].map((stream) => type("logs", ...place, "first", "--stream", stream)),
    );
    const seen = [shown, ...logs].map(({ out, err }) => out + err).concat(readFileSync(words, "utf8"));
    expect(seen.join("")).not.toContain(token);
    expect(readFileSync(words, "utf8")).toMatch(
      /^lab --no-browser --ip=127\.0\.0\.1 --port=\d+ --port-retries=0/,
    );
    notebook.child.kill("SIGINT");
    const { code, out } = await notebook.ended;
    expect({ code, out }).toEqual({ code: 130, out: `${address.href}\n` });
    expect((await type("job", "wait", ...place, "-n", "first", "--interval", "0.2")).err).toMatch(
      /^JobTerminated/,
    );
  },
);

it("goes on after Ctrl-C where it is to be kept", { timeout: 90_000 }, async () => {
  const notebook = typedLine("notebook", ...place, "-n", "kept", "--keep", ...withPath(usual));
  const address = await addressOf(notebook);
  notebook.child.kill("SIGINT");
  expect(await notebook.ended).toMatchObject({ code: 130, err: "The job 'kept' goes on.\n" });
  expect(await (await fetch(address)).text()).toBe("the notebook");
  expect((await type("job", "terminate", ...place, "-n", "kept", "-y")).code).toBe(0);
});

it("says what to do where Jupyter is not installed", { timeout: 90_000 }, async () => {
  const bare = join(folder, "bare");
  mkdirSync(bare);
  for (const name of ["mkdir", "id"]) symlinkSync(join("/usr/bin", name), join(bare, name));
  const said = await type("notebook", ...place, "-n", "missing", ...withPath(bare));
  expect(said).toMatchObject({ code: 1, out: "" });
  expect(said.err).toContain('Install it before with --prepare "pip install jupyterlab"');
});

const genuine = join(testTools, "jupyter/bin");
describe.skipIf(!existsSync(join(genuine, "jupyter")))("the genuine JupyterLab", () => {
  it("opens with the token alone, and what it saves stays on the share", { timeout: 120_000 }, async () => {
    const notebook = typedLine("notebook", ...place, "-n", "lab", ...withPath(`${genuine}:${usual}`));
    const address = await addressOf(notebook);
    const token = address.searchParams.get("token") ?? "";
    const call = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, address), { ...init, headers: { authorization: `token ${token}` } });
    expect((await fetch(new URL("/api/contents", address))).status).toBe(403);
    const model = {
      type: "notebook",
      format: "json",
      content: { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 },
    };
    expect(
      (await call("/api/contents/mine.ipynb", { method: "PUT", body: JSON.stringify(model) })).status,
    ).toBe(201);
    const logs = await type("logs", ...place, "lab", "--stderr");
    expect(logs.out).toContain("is running at");
    expect(logs.out).not.toContain(token);
    notebook.child.kill("SIGINT");
    expect((await notebook.ended).code).toBe(130);
    expect((await type("cp", "share:batchai/notebooks/mine.ipynb", ".")).out).toBe("mine.ipynb\n");
    expect(JSON.parse(readFileSync(join(folder, "mine.ipynb"), "utf8"))).toMatchObject({
      cells: [],
      nbformat: 4,
    });
  });
});
