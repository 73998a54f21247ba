// Starts nothing: it reads files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { reacher, testFiles } from "../support/quick-tests.ts";

const root = mkdtempSync(join(tmpdir(), "quick-tests-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
write("test/unit/pure.test.ts", 'import { a } from "../../domain/a.ts";\n');
write("domain/a.ts", 'import type { Server } from "node:http";\nexport * from "./b.ts";\n');
write("domain/b.ts", 'import { join } from "node:path";\nexport const a = () => import("./c.ts");\n');
write("domain/c.ts", "export const c = 1;\n");
write("test/e2e/server.test.ts", 'import { serve } from "../support/serve.ts";\n');
write("test/support/serve.ts", 'import {\n  createServer,\n} from "node:http";\n');
write("test/e2e/later.test.ts", 'export const run = () => import("../support/serve.ts");\n');
write("test/unit/says.test.ts", '// Starts nothing: a fake of it.\nimport "../support/serve.ts";\n');
write("test/unit/long.test.ts", "// A model.\n// Runs long: a thousand worlds.\nexport {};\n");

test("a test is quick when nothing that it reaches starts anything, or it says so; and not when it says that it runs long", () => {
  expect(testFiles(root)).toEqual({
    quick: ["test/unit/pure.test.ts", "test/unit/says.test.ts"],
    others: ["test/e2e/later.test.ts", "test/e2e/server.test.ts", "test/unit/long.test.ts"],
  });
  expect(reacher(root)("test/e2e/later.test.ts")).toEqual([
    "test/e2e/later.test.ts",
    "test/support/serve.ts",
    "node:http",
  ]);
});

test("every test file of this repository is run by `npm run test:all`, and most of them are quick", () => {
  const { quick, others } = testFiles(fileURLToPath(new URL("../..", import.meta.url)));
  expect(new Set([...quick, ...others]).size).toBe(quick.length + others.length);
  expect(quick).toContain("test/unit/quick-tests.test.ts");
  expect(others).toContain("test/e2e/quickstart.test.ts");
  expect(quick.length).toBeGreaterThan(80);
});

test("a quick test cannot start anything behind its imports' back", async () => {
  const { spawn } = await import(/* @vite-ignore */ `node:${"child_process"}`);
  expect(() => (spawn as (command: string) => void)("true")).toThrow("must not start a process");
  const { createServer } = await import(/* @vite-ignore */ `node:${"net"}`);
  expect(() => (createServer as () => { listen(port: number): void })().listen(0)).toThrow("must not listen");
});
