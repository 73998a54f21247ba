import { describe, expect, it } from "vitest";
import { lastLines, redact } from "../../../../domain/shared/redact.ts";

describe("an excerpt of a log", () => {
  it("is its last lines, cut at the front when they are too long", () => {
    expect(lastLines("a\nb\nc\n\n", 2, 100)).toBe("b\nc");
    expect(lastLines("0123456789", 5, 4)).toBe("…789");
    expect(lastLines("", 5, 4)).toBe("");
  });

  it("has no secret in it, also of one with several lines, and the longer one first", () => {
    const secrets = ["hush-hush", "BEGIN KEY\nabcdef\nEND KEY", "hush-hush-twice", "ab"];
    expect(redact("token hush-hush-twice, hush-hush; key abcdef, ab", secrets)).toBe(
      "token [secret], [secret]; key [secret], ab",
    );
  });
});
