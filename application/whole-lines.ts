// What a program has written since the last look, as far as its lines are whole.
import { wholeLines } from "../domain/metric/reports.ts";

/** Of one file at one look: more is read at the next. */
export const mostBytes = 4 * 1024 * 1024;

/**
 * @param bytes at most `mostBytes`; undefined: there is no such file. @param ended nothing is written any more: a last line without an end
 * is whole. @returns the text, and how many of the bytes are in it or not worth another look.
 */
export function textOf(
  bytes: Uint8Array | undefined,
  ended: boolean,
): { readonly text: string; readonly bytes: number } {
  if (bytes === undefined) return { text: "", bytes: 0 };
  const isCut = !ended || bytes.length === mostBytes;
  const end = isCut ? bytes.lastIndexOf(10) + 1 : bytes.length;
  // A line longer than one look is none that reports anything.
  if (end === 0 && bytes.length === mostBytes) return { text: "", bytes: bytes.length };
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, end));
  return { text: isCut ? wholeLines(text) : text, bytes: end };
}
