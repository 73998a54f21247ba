// Numbers as programs report them: any number at all, of which JSON has no word for three.
import { z } from "zod";

export const WireNumber = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])], {
  error: "expected a number, or 'NaN', 'Infinity' or '-Infinity'",
});
export type WireNumber = z.infer<typeof WireNumber>;

export function toWireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** JSON of what may hold any number. */
export function textOfNumbers(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "number" ? toWireNumber(member) : member,
  );
}

/** A number as documents hold it, any number at all inside. */
export const AnyNumber = WireNumber.transform(Number);
