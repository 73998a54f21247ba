// A launch as the task supervisor takes it: an image of its memory, with every pointer in place for the address that it is
// read to, so that the supervisor has nothing to parse; and the message that hands it over. Invariant: layout and addresses
// are those of `supervisor-code.ts`. The image begins with the line that a recovering emulator reads, as a script does.
import { constants } from "node:fs";
import type { Launch } from "./executor.ts";
import { launchVariable, type LaunchCommand } from "./launch-script.ts";

/** Where the supervisor's memory lies, and how much of it. */
export const memory = { address: 0x1000_0000, imageOffset: 4096, imageLimit: 4 * 2 ** 20 } as const;

const messageLength = 640;
const nameLength = 256;
const claimAt = 520;
/** O_CLOEXEC of Linux, which Node does not name; the descriptors that the task gets are copies without it. */
const closeOnExec = 0o2000000;
const appending = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | closeOnExec;

/** Undefined when it is longer than any command line and environment may be. */
export function launchImage(
  launch: Pick<Launch, "taskDirectory" | "workingDirectory" | "environment">,
  command: LaunchCommand,
): Buffer | undefined {
  const paths = [
    launch.workingDirectory,
    `${launch.taskDirectory}/stdout.txt`,
    `${launch.taskDirectory}/stderr.txt`,
  ];
  // The first is what runs the others when the program is a script without `#!`, as execvp(3) does.
  const words = ["/bin/sh", command.program, ...command.words.slice(1)];
  const variables = [`${launchVariable}=${command.cookie}`];
  for (const name of Object.keys(launch.environment))
    if (name !== launchVariable) variables.push(`${name}=${launch.environment[name] ?? ""}`);
  const strings = [...paths, ...words, ...variables];
  const head = `#${command.header}\n`;
  const text = `${head}${strings.join("\0")}\0`;
  const textLength = Buffer.byteLength(text);
  const isAscii = textLength === text.length;
  const lengthOf = (string: string) => (isAscii ? string.length : Buffer.byteLength(string));
  const tableAt = Math.ceil(textLength / 8) * 8;
  // Two lists with a null pointer after each, and what leads to them.
  const length = tableAt + (words.length + 1 + variables.length + 1 + 6) * 8;
  if (length > memory.imageLimit) return undefined;
  const image = Buffer.alloc(length);
  image.write(text);
  let writeAt = tableAt;
  const put = (value: number) => {
    // The upper half stays zero: all addresses are below 4 GiB.
    image.writeUInt32LE(value, writeAt);
    writeAt += 8;
  };
  const base = memory.address + memory.imageOffset;
  let address = base + lengthOf(head);
  const addresses = strings.map((string) => {
    const found = address;
    address += lengthOf(string) + 1;
    return found;
  });
  const variablesFrom = paths.length + words.length;
  addresses.slice(paths.length, variablesFrom).forEach(put);
  put(0);
  addresses.slice(variablesFrom).forEach(put);
  put(0);
  addresses.slice(0, paths.length).forEach(put);
  put(command.isFresh ? appending : appending | constants.O_TRUNC);
  put(base + tableAt + 8);
  put(base + tableAt + (words.length + 1) * 8);
  return image;
}

/** `claim`: the first line of the record, which tells who supervises the launch. */
export function supervisorMessage(id: string, claim: string): Buffer {
  const message = Buffer.alloc(messageLength);
  message.write(`${id}.run`, 0, "latin1");
  message.write(`${id}.launch`, nameLength, "latin1");
  message.writeUInt32LE(message.write(claim, claimAt, "latin1"), 2 * nameLength);
  return message;
}
