// Builds the portal's pages: one script split by page, one style sheet, both named by their content, each also compressed.
// Why it is so: docs/adr/0034-the-portal-is-files-of-the-app.md
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const compress = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/** @param {string} root @param {string} target */
export async function buildPortal(root, target) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { portal: "portal/main.tsx" },
    outdir: target,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: ["chrome123", "firefox120", "safari17.5"],
    splitting: true,
    minify: true,
    metafile: true,
    jsx: "automatic",
    tsconfig: join(root, "portal/tsconfig.json"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "eof",
    logLevel: "warning",
  });
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
    name: relative(target, join(root, path)),
    ...output,
  }));
  const entry = outputs.find(({ entryPoint }) => entryPoint === "portal/main.tsx");
  const styles = relative(target, join(root, entry.cssBundle));
  const preloaded = entry.imports
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => relative(target, join(root, path)));
  const icon = await named(join(root, "portal/icon.svg"), target);
  await writeFile(
    join(target, "index.html"),
    page(await readFile(join(root, "portal/index.html"), "utf8"), {
      icon,
      styles,
      script: entry.name,
      preloads: preloaded
        .map((name) => `<link rel="modulepreload" href="/portal/assets/${name}" />`)
        .join(""),
    }),
  );
  const names = await readdir(target);
  await Promise.all(names.map((name) => writeCompressed(join(target, name))));
}

async function named(file, target) {
  const bytes = await readFile(file);
  const name = `icon-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.svg`;
  await mkdir(target, { recursive: true });
  await writeFile(join(target, name), bytes);
  return name;
}

function page(template, values) {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

async function writeCompressed(file) {
  const bytes = await readFile(file);
  await writeFile(`${file}.br`, await compress.br(bytes));
  await writeFile(`${file}.gzip`, await compress.gz(bytes));
}
