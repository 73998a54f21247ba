// The rules of .gitignore files: which paths of a folder are left out. As git reads them (gitignore(5)): later rules win, `!` takes
// back, a slash before the end ties a pattern to its folder, one at the end means folders only.
import picomatch from "picomatch";

interface Rule {
  readonly isTakenBack: boolean;
  readonly foldersOnly: boolean;
  matches(path: string): boolean;
}

export interface IgnoreRules {
  /** `path` with slashes, relative to the folder of the first rules. */
  ignores(path: string, isFolder: boolean): boolean;
  /** With the rules of a .gitignore file in `folder` after these. */
  with(text: string, folder: string): IgnoreRules;
}

/** `.git` is what git itself never takes; the others are ours and Python's. */
const always = [".git/", ".batchai/", ".batchai-quickstart/", "__pycache__/"].join("\n");

export function ignoreRules(): IgnoreRules {
  return rulesOf([]).with(always, "");
}

function rulesOf(rules: readonly Rule[]): IgnoreRules {
  return {
    ignores: (path, isFolder) =>
      rules.findLast((rule) => (isFolder || !rule.foldersOnly) && rule.matches(path))?.isTakenBack === false,
    with: (text, folder) =>
      rulesOf([...rules, ...text.split(/\r?\n/).flatMap((line) => ruleOf(line, folder))]),
  };
}

function ruleOf(line: string, folder: string): Rule[] {
  const trimmed = line.replace(/(?<!\\) +$/, "");
  if (trimmed === "" || trimmed.startsWith("#")) return [];
  const isTakenBack = trimmed.startsWith("!");
  const pattern = isTakenBack ? trimmed.slice(1) : trimmed;
  const foldersOnly = pattern.endsWith("/");
  const body = foldersOnly ? pattern.slice(0, -1) : pattern;
  const isTied = body.includes("/");
  const plain = body.replace(/^\//, "");
  const matches = picomatch(isTied ? plain : `**/${plain}`, { dot: true, nobrace: true, noextglob: true });
  const start = folder === "" ? "" : `${folder}/`;
  return [
    {
      isTakenBack,
      foldersOnly,
      matches: (path) => path.startsWith(start) && matches(path.slice(start.length)),
    },
  ];
}
