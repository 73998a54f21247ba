// Languages that nobody speaks, made from English by code (CLDR reserves their names). `en-XA` has accents on all letters, brackets around each text and
// a third more length; `ar-XB` runs from right to left besides. Whatever is shown without accents did not come from a catalogue.
import { isValidElement } from "react";
import { en } from "./en/en.ts";
import { mixedOf, partsOf } from "./mixed.ts";
import type { Mixed } from "./mixed.ts";
import type { Texts } from "./texts.ts";

const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const accented = "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž";
const accents = new Map(Array.from(plain, (letter, index) => [letter, accented[index] ?? letter]));
const lengthening = 0.3;

/** Without brackets: for what the browser itself puts into words, such as months. */
export const withAccents = (text: string): string =>
  Array.from(text, (letter) => accents.get(letter) ?? letter).join("");

/** @param data what of the text was put into it: stays as it is. */
export function pseudo(text: string, data: readonly string[] = []): string {
  if (!/[A-Za-z]/.test(text)) return text;
  const parts = splitAt(text, data);
  const body = parts.map((part, index) => (index % 2 === 0 ? withAccents(part) : part)).join("");
  const [, before = "", inner = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(body) ?? [];
  return `${before}⟦${inner}${padding(text.length)}⟧${after}`;
}

/** In words of their own, so that lines can break. */
const padding = (length: number) => " ẋẋẋẋ".repeat(Math.ceil((length * lengthening) / 5));

/** Odd parts are data. */
function splitAt(text: string, data: readonly string[]): readonly string[] {
  const found = data.filter((each) => each.length > 2 && text.includes(each));
  if (found.length === 0) return [text];
  const pattern = found
    .toSorted((a, b) => b.length - a.length)
    .map((each) => each.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join("|");
  return text.split(new RegExp(`(${pattern})`));
}

type Message = (...values: readonly unknown[]) => string | Mixed;

/** What a message was given, by itself or in an object. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  const isPlain = typeof value === "object" && value !== null && !isValidElement(value);
  return isPlain ? Object.values(value).flatMap(stringsIn) : [];
}

function pseudoMessage(message: Message): Message {
  return (...values) => {
    const said = message(...values);
    const data = values.flatMap(stringsIn);
    if (typeof said === "string") return pseudo(said, data);
    if (!isValidElement(said)) return said;
    const { literals, values: inside } = partsOf(said);
    return mixedOf(
      literals.map((literal) => pseudo(literal, data)),
      inside,
    );
  };
}

function pseudoOf(texts: unknown): unknown {
  if (typeof texts === "string") return pseudo(texts);
  if (typeof texts === "function") return pseudoMessage(texts as Message);
  return Object.fromEntries(
    Object.entries(texts as object).map(([name, text]) => [name, pseudoOf(text)] as const),
  );
}

export const texts = pseudoOf(en) as Texts;
