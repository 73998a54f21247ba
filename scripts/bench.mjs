// Runs the benchmarks: all of bench/**, or those whose path contains the word given. `npm run bench -- durable`
import { execFileSync } from "node:child_process";
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A TypeScript benchmark is bundled first; packages stay where they are. */
async function runnable(file) {
  if (!file.endsWith(".ts")) return file;
  const outfile = join(root, "dist/bench", relative(join(root, "bench"), file).replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    loader: { ".sh": "text", ".py": "text" },
    logLevel: "warning",
  });
  return outfile;
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [word = "", ...rest] = process.argv.slice(2);
execFileSync(process.execPath, [join(root, "scripts/build.mjs"), "--if-stale"], { stdio: "inherit" });
const files = readdirSync(join(root, "bench"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(mjs|ts)$/.test(file) && !/(^|\/)(lib|support)\//.test(file) && file.includes(word))
  .map((file) => join(root, "bench", file))
  .sort();
if (files.length === 0) {
  console.error(`bench: nothing in bench/ has '${word}' in its path`);
  process.exit(2);
}
for (const file of files) {
  console.log(`\n== ${relative(root, file)}`);
  execFileSync(process.execPath, [await runnable(file), ...rest], { stdio: "inherit" });
}
