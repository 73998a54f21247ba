// A TypeScript app as it is deployed: one CommonJS bundle with its packages inside and only the core module left out.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, expect, it } from "vitest";
import { fixture, startApp } from "./host-under-test.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

it("is hosted without any node_modules beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "functions-bundle-"));
  folders.push(folder);
  const source = fixture("typescript-bundle");
  await build({
    entryPoints: [join(source, "src/app.ts")],
    outfile: join(folder, "dist/main.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@azure/functions-core"],
    logLevel: "error",
  });
  for (const file of ["host.json", "package.json"]) await cp(join(source, file), join(folder, file));
  const host = await startApp(folder);
  const answer = await host.call("/greet/you", { method: "POST" });
  expect([answer.status, await answer.json()]).toEqual([200, { greeting: "HELLO, YOU" }]);
});
