// Paths of artifacts: what each is of, and what is none.
import { describe, expect, it } from "vitest";
import { checkArtifactName, parseArtifactPath } from "../../../../domain/tracking/artifacts.ts";

const run = `r1-e-${"a".repeat(32)}`;
const model = `m-${"b".repeat(32)}`;

describe("the path of an artifact", () => {
  it("begins with its run or its model", () => {
    expect(parseArtifactPath(`/${run}//artifacts/a/b.txt`)).toMatchObject({
      owner: { id: run },
      path: `${run}/artifacts/a/b.txt`,
      root: `${run}/artifacts`,
    });
    expect(parseArtifactPath(`models/${model}/artifacts/MLmodel`)).toEqual({
      owner: { model },
      path: `models/${model}/artifacts/MLmodel`,
      root: `models/${model}/artifacts`,
    });
  });

  it.each([
    `${run}/artifacts/../../other`,
    `${run}/artifacts/./a`,
    "..",
    `../${run}/artifacts/a`,
    "models/m-1/artifacts/a",
    "models",
    "",
    "%2e%2e/a",
  ])("leads nowhere else: %s", (path) => {
    expect(parseArtifactPath(path)).toBeUndefined();
  });

  it.each(["a\\b", "..\\..\\a", "a\u0000b", "a\nb", "dot.", "blank ", "folder./a"])(
    "has a name that every storage can have: not %j",
    (name) => {
      const at = parseArtifactPath(`${run}/artifacts/${name}`);
      if (at === undefined) throw new Error("not parsed");
      expect(() => checkArtifactName(at)).toThrow(/^path: /);
    },
  );

  it.each(["a.txt", "nötes/ä b (1)#?.txt", ".hidden", "...a", "%41"])("may be %j", (name) => {
    const at = parseArtifactPath(`${run}/artifacts/${name}`);
    if (at === undefined) throw new Error("not parsed");
    expect(() => checkArtifactName(at)).not.toThrow();
  });
});
