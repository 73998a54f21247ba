// A launch as the task supervisor takes it: a message of fixed length, then an image of its memory with every pointer in
// place for the address that it is received at, so that the supervisor has nothing to parse. Invariant: layout and addresses
// are those that `supervisor/*.s` know. The image begins with the line that a recovering emulator reads in the record, and what
// claims the launch lies right before it, so that the supervisor writes both at once.
import { constants } from "node:fs";
import type { Launch } from "./executor.ts";
import { launchVariable, type LaunchCommand } from "./launch-script.ts";

/** Where the supervisor's memory lies, and how much of it. */
export const memory = { address: 0x1000_0000, imageOffset: 4096, imageLimit: 4 * 2 ** 20 } as const;

const imageAddress = memory.address + memory.imageOffset;
const messageLength = 400;
const nameLength = 256;
/** O_CLOEXEC of Linux, which Node does not name; the descriptors that the task gets are copies without it. */
const closeOnExec = 0o2000000;
const appending = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | closeOnExec;

/** Room for the message, then the image; undefined when it is longer than any command line and environment may be. */
export function launchImage(
  launch: Pick<Launch, "taskDirectory" | "workingDirectory" | "environment">,
  command: LaunchCommand,
): Buffer | undefined {
  const paths = [
    command.program,
    launch.workingDirectory,
    `${launch.taskDirectory}/stdout.txt`,
    `${launch.taskDirectory}/stderr.txt`,
  ];
  // The first is what runs the others when the program is a script without `#!`, as execvp(3) does.
  const words = ["/bin/sh", ...command.words];
  const variables = [`${launchVariable}=${command.cookie}`];
  for (const name of Object.keys(launch.environment))
    if (name !== launchVariable) variables.push(`${name}=${launch.environment[name] ?? ""}`);
  const strings = [...paths, ...words, ...variables];
  const head = `launch ${command.header}\n`;
  const text = `${head}${strings.join("\0")}\0`;
  const textLength = Buffer.byteLength(text);
  const isAscii = textLength === text.length;
  const lengthOf = (string: string) => (isAscii ? string.length : Buffer.byteLength(string));
  const tableAt = Math.ceil(textLength / 8) * 8;
  // Two lists with a null pointer after each, and what leads to them.
  const length = tableAt + (words.length + 1 + variables.length + 1 + 7) * 8;
  if (length > memory.imageLimit) return undefined;
  const image = Buffer.alloc(messageLength + length);
  image.write(text, messageLength);
  let writeAt = messageLength + tableAt;
  const put = (value: number) => {
    // The upper half stays zero: all addresses are below 4 GiB.
    image.writeUInt32LE(value, writeAt);
    writeAt += 8;
  };
  let address = imageAddress + lengthOf(head);
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
  put(imageAddress + tableAt + 8);
  put(imageAddress + tableAt + (words.length + 1) * 8);
  return image;
}

/** Addresses the image to a record. `claim`: its first line, which tells who supervises the launch. */
export function addressImage(image: Buffer, id: string, claim: string): Buffer {
  image.write(`${id}.run`, 0, "latin1");
  image.writeUInt32LE(image.length - messageLength, nameLength);
  image.writeUInt32LE(imageAddress - claim.length, nameLength + 8);
  image.writeUInt32LE(claim.length + image.indexOf("\n", messageLength) + 1 - messageLength, nameLength + 16);
  image.write(claim, messageLength - claim.length, "latin1");
  return image;
}
