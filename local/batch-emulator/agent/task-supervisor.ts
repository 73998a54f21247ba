// The smallest program that can supervise tasks, one at a time: it receives a launch, claims it, starts a process
// that leads a group of its own, writes down which that is (/proc/self/stat), waits for its end and tells it, and
// whether nothing that descends from it lives. It does what the shells of `launch-script.ts` do, for less; see ADR 7. It
// is static machine code of some 700 bytes, written out by this file and used only where a trial run shows that it works.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addressImage, launchImage, memory } from "./launch-image.ts";
import { parseStat } from "./process-table.ts";
import { machineCode } from "./supervisor/machine-code.ts";

/** Writes the program into `directory`; its path, or undefined where it does not run. */
export function installTaskSupervisor(directory: string): string | undefined {
  const image = process.platform === "linux" ? taskSupervisorProgram(process.arch) : undefined;
  if (!image) return undefined;
  const path = join(directory, "task-supervisor");
  try {
    if (!isWritten(path, image)) writeProgram(path, image);
    return works(directory, path) ? path : undefined;
  } catch {
    // A folder that takes no programs, or a machine without processes to spare: tasks are started the usual way.
    return undefined;
  }
}

function isWritten(path: string, image: Buffer): boolean {
  try {
    return readFileSync(path).equals(image);
  } catch {
    return false;
  }
}

/** Under another name first: a program that runs (an earlier emulator's) cannot be written to. */
function writeProgram(path: string, image: Buffer): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, image, { mode: 0o700 });
  chmodSync(draft, 0o700);
  renameSync(draft, path);
}

/** Runs something that ends with 7 and looks whether it led its group and was written down. */
function works(directory: string, path: string): boolean {
  const folder = mkdtempSync(join(directory, "trial-"));
  try {
    const script = 'read -r line </proc/$$/stat; echo "$line"; exit 7';
    const image = launchImage(
      { taskDirectory: folder, workingDirectory: folder, environment: {} },
      { program: "/bin/sh", words: ["sh", "-c", script], cookie: "", header: "", isFresh: true },
    );
    const { status, stdout } = spawnSync(path, {
      cwd: folder,
      env: {},
      input: image && addressImage(image, "trial", "supervisor\n"),
      encoding: "latin1",
      stdio: ["pipe", "pipe", "ignore"],
      timeout: 10_000,
    });
    const told = parseStat(readFileSync(join(folder, "stdout.txt"), "latin1"));
    const record = readFileSync(join(folder, "trial.run"), "latin1").split("\n");
    const isRecorded = record[0] === "supervisor" && record[3] === "exit 007";
    const isLeader = told !== undefined && told.group === told.pid;
    const isKnown = parseStat(record[2] ?? "")?.pid === told?.pid;
    return status === 0 && stdout === "exit 007 alone\n" && isRecorded && isLeader && isKnown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const loadAddress = 0x400000;
const headersLength = 64 + 2 * 56;
/** e_machine of elf(5). */
const elfMachine: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 62, arm64: 183 };

/** The whole file: elf(5) header, a segment for itself, one of memory, then the code. */
export function taskSupervisorProgram(architecture: NodeJS.Architecture): Buffer | undefined {
  const code = machineCode[architecture];
  const machine = elfMachine[architecture];
  if (code === undefined || machine === undefined) return undefined;
  const body = Buffer.from(code.replaceAll(/\s/g, ""), "hex");
  const head = Buffer.alloc(headersLength);
  const length = headersLength + body.length;
  // e_ident: 64 bits, little endian, version 1; then executable, machine, version.
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(loadAddress + headersLength, 24); // e_entry
  head.writeUInt32LE(64, 32); // e_phoff
  for (const [at, value] of [
    [52, 64], // e_ehsize
    [54, 56], // e_phentsize
    [56, 2], // e_phnum
    [58, 64], // e_shentsize
  ] as const)
    head.writeUInt16LE(value, at);
  const readable = 4;
  writeSegment(head, 64, { flags: readable | 1, address: loadAddress, inFile: length, inMemory: length });
  const inMemory = memory.imageOffset + memory.imageLimit;
  writeSegment(head, 120, { flags: readable | 2, address: memory.address, inFile: 0, inMemory });
  return Buffer.concat([head, body]);
}

/** A program header of type PT_LOAD; what is in the file is there from its start. */
function writeSegment(
  head: Buffer,
  at: number,
  segment: { flags: number; address: number; inFile: number; inMemory: number },
): void {
  head.writeUInt32LE(1, at);
  head.writeUInt32LE(segment.flags, at + 4);
  head.writeUInt32LE(segment.address, at + 16); // p_vaddr
  head.writeUInt32LE(segment.address, at + 24); // p_paddr
  head.writeUInt32LE(segment.inFile, at + 32);
  head.writeUInt32LE(segment.inMemory, at + 40);
  head.writeUInt32LE(0x10000, at + 48); // p_align
}
