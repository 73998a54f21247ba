// The smallest program that can begin a task: it leads a process group of its own, writes who it is (/proc/self/stat) to file
// descriptor 3, closes that and becomes the program given (what has no `#!` is run by /bin/sh, as execvp(3) does). A shell
// can do this only with a fork of itself, or by executing setsid(1), whose shared libraries cost as much as a short task,
// and a session more than a group; see ADR 7. It is static machine code of some 300 bytes, written out by this file and
// used only where a trial run shows that it works.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseStat } from "./process-table.ts";

interface Machine {
  /** e_machine of elf(5). */
  readonly elf: number;
  /** One instruction a line: its bytes, then what it does. At its beginning argc, argv and the environment lie on the
   *  stack; the paths `stat` and `sh` follow it. */
  readonly code: string;
}

const machines: Readonly<Partial<Record<NodeJS.Architecture, Machine>>> = {
  x64: {
    elf: 62,
    code: `
      31 ff                     xor edi, edi              setpgid(0, 0)
      31 f6                     xor esi, esi
      b8 6d 00 00 00            mov eax, 109
      0f 05                     syscall
      48 8d 3d 7e 00 00 00      lea rdi, [stat]           open(stat, O_RDONLY)
      b8 02 00 00 00            mov eax, 2
      0f 05                     syscall
      89 c3                     mov ebx, eax
      89 c7                     mov edi, eax              read(it, below the stack, 1024)
      48 8d b4 24 00 f8 ff ff   lea rsi, [rsp - 2048]
      ba 00 04 00 00            mov edx, 1024
      31 c0                     xor eax, eax
      0f 05                     syscall
      89 c2                     mov edx, eax              write(3, what was read)
      bf 03 00 00 00            mov edi, 3
      b8 01 00 00 00            mov eax, 1
      0f 05                     syscall
      89 df                     mov edi, ebx              close both
      b8 03 00 00 00            mov eax, 3
      0f 05                     syscall
      bf 03 00 00 00            mov edi, 3
      b8 03 00 00 00            mov eax, 3
      0f 05                     syscall
      48 8b 04 24               mov rax, [rsp]            execve(argv[1], argv + 1, what follows argv)
      48 8d 54 c4 10            lea rdx, [rsp + rax * 8 + 16]
      48 8d 74 24 10            lea rsi, [rsp + 16]
      48 8b 3e                  mov rdi, [rsi]
      b8 3b 00 00 00            mov eax, 59
      0f 05                     syscall
      83 f8 f8                  cmp eax, -ENOEXEC
      75 16                     jne fail
      48 8d 3d 2b 00 00 00      lea rdi, [sh]             execve(sh, [sh, argv[1] …], the same)
      48 8d 74 24 08            lea rsi, [rsp + 8]
      48 89 3e                  mov [rsi], rdi
      b8 3b 00 00 00            mov eax, 59
      0f 05                     syscall
      bf 7e 00 00 00      fail: mov edi, 126              exit(126)
      b8 3c 00 00 00            mov eax, 60
      0f 05                     syscall`,
  },
  arm64: {
    elf: 183,
    code: `
      00 00 80 d2               mov x0, 0                 setpgid(0, 0)
      01 00 80 d2               mov x1, 0
      48 13 80 d2               mov x8, 154
      01 00 00 d4               svc 0
      f3 03 00 91               mov x19, sp
      60 0c 80 92               mov x0, AT_FDCWD          openat(stat, O_RDONLY)
      21 04 00 10               adr x1, stat
      02 00 80 d2               mov x2, 0
      08 07 80 d2               mov x8, 56
      01 00 00 d4               svc 0
      f4 03 00 aa               mov x20, x0
      61 02 20 d1               sub x1, x19, 2048         read(it, below the stack, 1024)
      02 80 80 d2               mov x2, 1024
      e8 07 80 d2               mov x8, 63
      01 00 00 d4               svc 0
      e2 03 00 aa               mov x2, x0                write(3, what was read)
      60 00 80 d2               mov x0, 3
      08 08 80 d2               mov x8, 64
      01 00 00 d4               svc 0
      e0 03 14 aa               mov x0, x20               close both
      28 07 80 d2               mov x8, 57
      01 00 00 d4               svc 0
      60 00 80 d2               mov x0, 3
      01 00 00 d4               svc 0
      63 02 40 f9               ldr x3, [x19]             execve(argv[1], argv + 1, what follows argv)
      61 42 00 91               add x1, x19, 16
      20 00 40 f9               ldr x0, [x1]
      22 0c 03 8b               add x2, x1, x3, lsl 3
      a8 1b 80 d2               mov x8, 221
      01 00 00 d4               svc 0
      1f 20 00 b1               cmn x0, ENOEXEC
      a1 00 00 54               b.ne fail
      60 01 00 10               adr x0, sh                execve(sh, [sh, argv[1] …], the same)
      61 22 00 91               add x1, x19, 8
      20 00 00 f9               str x0, [x1]
      01 00 00 d4               svc 0
      c0 0f 80 d2         fail: mov x0, 126               exit(126)
      a8 0b 80 d2               mov x8, 93
      01 00 00 d4               svc 0`,
  },
};

/** Writes the program into `directory`; its path, or undefined where it does not run. */
export function installTaskStarter(directory: string): string | undefined {
  const image = process.platform === "linux" ? taskStarterImage(process.arch) : undefined;
  if (!image) return undefined;
  const path = join(directory, "task-starter");
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
    const record = join(folder, "record");
    const script = 'exec "$0" /bin/sh -c \'read -r line </proc/$$/stat; echo "$line"; exit 7\' 3>"$1"';
    const { status, stdout } = spawnSync("/bin/sh", ["-c", script, path, record], {
      env: {},
      encoding: "latin1",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    });
    const told = parseStat(stdout);
    const written = parseStat(readFileSync(record, "latin1"));
    return status === 7 && told !== undefined && told.group === told.pid && written?.pid === told.pid;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const loadAddress = 0x400000n;
const headersLength = 64 + 56;

/** The whole file: elf(5) header, one loadable segment, code, the two paths. */
export function taskStarterImage(architecture: NodeJS.Architecture): Buffer | undefined {
  const machine = machines[architecture];
  if (!machine) return undefined;
  const bytes = machine.code.match(/^ *(?:[0-9a-f]{2} )+/gm)?.join("") ?? "";
  const body = Buffer.concat([
    Buffer.from(bytes.replaceAll(" ", ""), "hex"),
    Buffer.from("/proc/self/stat\0/bin/sh\0", "latin1"),
  ]);
  const head = Buffer.alloc(headersLength);
  const length = BigInt(headersLength + body.length);
  // e_ident: 64 bits, little endian, version 1; then executable, machine, version.
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine.elf, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(loadAddress + BigInt(headersLength), 24); // e_entry
  head.writeBigUInt64LE(64n, 32); // e_phoff
  for (const [at, value] of [
    [52, 64], // e_ehsize
    [54, 56], // e_phentsize
    [56, 1], // e_phnum
    [58, 64], // e_shentsize
  ] as const)
    head.writeUInt16LE(value, at);
  // The segment: PT_LOAD, readable and executable, the file from its start.
  head.writeUInt32LE(1, 64);
  head.writeUInt32LE(5, 68);
  head.writeBigUInt64LE(loadAddress, 80); // p_vaddr
  head.writeBigUInt64LE(loadAddress, 88); // p_paddr
  head.writeBigUInt64LE(length, 96); // p_filesz
  head.writeBigUInt64LE(length, 104); // p_memsz
  head.writeBigUInt64LE(0x10000n, 112); // p_align
  return Buffer.concat([head, body]);
}
