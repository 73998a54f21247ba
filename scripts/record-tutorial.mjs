// Makes docs/tutorial/first-ten-minutes.md by typing its commands into a terminal, in a folder of its own, against a local cloud of its own.
// `--check` types them again and tells whether the page still says what happens. Build first (`npm run build`).
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { files, steps, title } from "./record-tutorial-steps.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/tutorial/first-ten-minutes.md");
const program = join(root, "dist/local/batchai.mjs");

/** What a terminal shows for the line, by util-linux's `script`. */
function typed(line, folder) {
  const alias = `batchai() { "${process.execPath}" "${program}" "$@"; }`;
  const env = { PATH: process.env.PATH, HOME: dirname(folder), TERM: "dumb", SHELL: "/bin/bash" };
  const child = spawn("script", ["-qec", `${alias}\n${line}`, "/dev/null"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.on("data", (chunk) => (shown += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, shown: shown.replaceAll("\r", "") }));
  });
}

/** Without what is otherwise each time: where the folder lies, ports, processes, times. */
function steady(text, folder) {
  return text
    .replaceAll(folder, "/home/ada/digits")
    .replaceAll(dirname(folder), "/home/ada")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:7180")
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "2026-11-29T10:00:00.000Z")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "5f0f3e52-0c57-4b6e-9a55-2f7f4d1f6a11")
    .replaceAll(/\/nodes\/\d+\//g, "/nodes/1/")
    .replaceAll(/^(http\S+ +\S+ +)\d+ /gm, "$14711 ");
}

async function recorded() {
  const home = await mkdtemp(join(tmpdir(), "tutorial-"));
  const folder = join(home, "digits");
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const parts = [title];
  try {
    for (const { says, shows, types, asTyped = types, code = 0 } of steps) {
      const blocks = shows === undefined ? [] : [`\`\`\`python\n${files[shows]}\`\`\``];
      if (types !== undefined) {
        const ended = await typed(types, folder);
        if (ended.code !== code) throw new Error(`'${types}' ended with ${ended.code}:\n${ended.shown}`);
        blocks.push(`\`\`\`text\n$ ${asTyped}\n${steady(ended.shown, folder).trim()}`.trimEnd() + "\n```");
      }
      parts.push(says, ...blocks);
    }
  } finally {
    await typed("batchai down", folder);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return `${parts.join("\n\n")}\n`;
}

/** Widths of columns depend on what was replaced, and who looks now and then may miss a state. */
const loosely = (text) =>
  text
    .replaceAll(/ {2,}/g, "  ")
    .replaceAll(/ +$/gm, "")
    .replaceAll(/^\w+: (?:queued|running)\n/gm, "");

const text = await recorded();
if (process.argv.includes("--check")) {
  const kept = await readFile(page, "utf8");
  if (loosely(kept) !== loosely(text)) {
    console.error(`${page} does not say what happens any more; now it is:\n\n${text}`);
    process.exit(1);
  }
} else await writeFile(page, text);
