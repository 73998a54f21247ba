// Which test files are quick: those that run in their own process and start nothing. `npm test` runs these, `npm run test:all` all.
// What a file may start is read off its imports: whatever it reaches, through its support and through the product, of node's processes,
// sockets and threads. Two sentences in a file's first comment correct that:
//   "Starts nothing:" it reaches such a module, but only uses what lies beside it (`starts-nothing.ts` holds it to that),
//   "Runs long:" it starts nothing, but tries out so much that nobody waits for it at every save.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const starting =
  /^(?:node:)?(?:child_process|cluster|dgram|http2?|https|net|tls|worker_threads)$|^@hono\/node-server/;
const imports =
  /^(?:import|export)\s+(?!type\s)(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm;

export interface TestFiles {
  readonly quick: readonly string[];
  readonly others: readonly string[];
}

export function testFiles(root: string): TestFiles {
  const reach = reacher(root);
  const files = allFiles(root);
  const quick = files.filter((file) => {
    const comment = firstComment(readFileSync(join(root, file), "utf8"));
    if (comment.includes("Runs long:")) return false;
    return comment.includes("Starts nothing:") || reach(file) === undefined;
  });
  return { quick, others: files.filter((file) => !quick.includes(file)) };
}

/** For a file the way from it to something that starts something; undefined when there is none. */
export function reacher(root: string): (file: string) => readonly string[] | undefined {
  const known = new Map<string, readonly string[]>();
  const importsOf = (file: string) => {
    const found = known.get(file) ?? importedBy(readFileSync(join(root, file), "utf8"));
    known.set(file, found);
    return found;
  };
  const search = (file: string, seen: Set<string>): readonly string[] | undefined => {
    seen.add(file);
    for (const name of importsOf(file)) {
      if (starting.test(name)) return [file, name];
      const next = normalize(join(dirname(file), name));
      if (!name.startsWith(".") || seen.has(next) || !/\.(?:ts|mjs)$/.test(next)) continue;
      if (!existsSync(join(root, next))) continue;
      const way = search(next, seen);
      if (way !== undefined) return [file, ...way];
    }
    return undefined;
  };
  return (file) => search(file, new Set());
}

function importedBy(text: string): string[] {
  return [...text.matchAll(imports)].map(([, fixed, later]) => fixed ?? later ?? "");
}

function allFiles(root: string): string[] {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${file.replaceAll("\\", "/")}`)
    .sort();
}

function firstComment(text: string): string {
  return /^(?:\/\/.*\n)*/.exec(text)?.[0] ?? "";
}
