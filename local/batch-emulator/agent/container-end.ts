// What the end of the engine's `run` means. It ends with the container's exit code, or with a code of its own when it
// could not create or start one; the id file, which is written when the container exists, tells the two apart.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { lastLine } from "./container-engine.ts";
import type { ContainerInfo, LaunchEnd, LaunchFailure } from "./executor.ts";

/** From this exit code on the engine may have failed instead of the container: 125 to 127, and ends by signals. */
export const lowestEngineCode = 125;

export function readInfo(idFile: string, state: string): ContainerInfo | undefined {
  try {
    const containerId = readFileSync(idFile, "utf8").trim();
    return containerId === "" ? undefined : { containerId, state };
  } catch {
    return undefined;
  }
}

const tailBytes = 4096;

/** What was said last. */
export function reasonIn(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return lastLine(buffer.toString());
  } finally {
    closeSync(file);
  }
}

/** The container existed; the engine may have said why it did not start. */
export function withReason(end: LaunchEnd, info: ContainerInfo, reason: string): LaunchEnd {
  const isOfEngine = /^(Error|docker):/.test(reason);
  return { ...end, container: isOfEngine ? { ...info, error: reason } : info };
}

/** There was no container. An image that is gone is no failure of the task: another attempt pulls it. */
export function notCreated(reason: string, endedAt: number): LaunchEnd {
  if (/image not known|no such image/i.test(reason)) return { kind: "lost", endedAt };
  const isCallers = /unknown (shorthand )?flag|invalid|bad/i.test(reason);
  const code = isCallers ? "ContainerInvalidSettings" : "ContainerMiscError";
  return { kind: "failed", failure: containerFailure(code, reason), endedAt };
}

export const containerFailure = (code: string, reason: string): LaunchFailure => ({
  category: code === "ContainerMiscError" ? "ServerError" : "UserError",
  code,
  message: "The container could not be created.",
  details: [{ name: "Message", value: reason }],
});
