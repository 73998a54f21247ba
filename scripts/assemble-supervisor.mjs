// Assembles the task supervisor (`local/batch-emulator/agent/supervisor/*.s`) and writes its bytes to `machine-code.ts` beside
// them; with `--check` it only compares. GNU as for both processors is needed (Debian: binutils, binutils-aarch64-linux-gnu).
// Ends with 0 when the bytes are those of the sources, 1 when they are not, 3 when an assembler is missing.
// Why it is so: docs/adr/0023-the-supervisor-is-assembled-and-gathers.md
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../local/batch-emulator/agent/supervisor/", import.meta.url));
const target = join(folder, "machine-code.ts");
const tools = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

function run(program, ...words) {
  const { error, status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (error?.code === "ENOENT") {
    console.error(`${program} is not installed; see scripts/install-test-tools.sh`);
    process.exit(3);
  }
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}

function assemble(architecture) {
  const scratch = mkdtempSync(join(tmpdir(), "supervisor-"));
  try {
    const [object, binary] = [join(scratch, "object"), join(scratch, "binary")];
    run(`${tools[architecture]}-as`, "-o", object, join(folder, `${architecture}.s`));
    run(`${tools[architecture]}-objcopy`, "-O", "binary", "-j", ".text", object, binary);
    return readFileSync(binary);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const rows = (bytes) =>
  bytes
    .toString("hex")
    .match(/.{1,96}/g)
    .map((row) => `    ${row}\n`)
    .join("");

const text = `// Made by scripts/assemble-supervisor.mjs from x64.s and arm64.s, which say what every byte does; a test assembles them again.

export const machineCode: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
${Object.keys(tools)
  .map((architecture) => `  ${architecture}: \`\n${rows(assemble(architecture))}  \`,\n`)
  .join("")}};
`;

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error(`${target} has other bytes than its sources; run: node scripts/assemble-supervisor.mjs`);
  process.exit(1);
}
