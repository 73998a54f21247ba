import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  expandTemplate,
  launcherWord,
  parseTemplate,
  quoteWord,
  templateWord,
} from "../../../../domain/launch/quote.ts";

const shells = ["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell));
const nasty = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        "\\",
        "$",
        "`",
        "\n",
        "!",
        "*",
        " ",
        "(",
        ")",
        ";",
        "&",
        "#",
        "~",
        "ä",
        "😀",
        "{",
        "}",
        "A",
      ),
    }),
  )
  .filter((text) => !text.includes("\0"));

/** Words as the shell reads them back, NUL-separated. One process for many words: a shell start is slow. */
function readBack(
  shell: string,
  words: readonly string[],
  environment: Record<string, string> = {},
): readonly string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join("\n");
  const { stdout, status, stderr } = spawnSync(shell, ["-s"], {
    input: script,
    encoding: "utf8",
    env: environment,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\0").slice(0, -1);
}

describe.each(shells)("a quoted word in %s", (shell) => {
  it("is read back as exactly the text it was made of", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 50 }), (texts) => {
        expect(readBack(shell, texts.map(quoteWord))).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });

  it("expands variables without splitting them, and undefined ones to nothing", () => {
    const values = { NAME: "a b  *\n'c'", U_MINE: "user's", MINE: "service's" };
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 30 }), (texts) => {
        const templates = texts.map((text) => `${text.replaceAll("$", "\\$")}\${NAME}/$UNKNOWN`);
        const expected = texts.map((text) =>
          expandTemplate(`${text.replaceAll("$", "\\$")}\${NAME}/`, () => values.NAME),
        );
        expect(readBack(shell, templates.map(templateWord), values)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
    expect(readBack(shell, [launcherWord("$MINE-$NAME-$NONE")], values)).toEqual(["user's-a b  *\n'c'-"]);
  });
});

describe("a template", () => {
  it("is literal but for $NAME and ${NAME}", () => {
    expect(parseTemplate("a$B/${C}d\\$E $1 ${x-y} $(z)")).toEqual([
      { kind: "literal", text: "a" },
      { kind: "variable", name: "B" },
      { kind: "literal", text: "/" },
      { kind: "variable", name: "C" },
      { kind: "literal", text: "d$E $1 ${x-y} $(z)" },
    ]);
  });

  it("cannot hold a NUL character", () => {
    expect(() => quoteWord("a\0b")).toThrow(/NUL/);
  });
});
