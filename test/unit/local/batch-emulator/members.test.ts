// Holds the list of members against the schemas: nothing may be accepted without saying what becomes of it.
import { expect, test } from "vitest";
import type { z } from "zod";
import { membersOf } from "../../../../local/batch-emulator/members.ts";
import type { Member } from "../../../../local/batch-emulator/members.ts";
import { JobScheduleSpec, JobSpec } from "../../../../local/batch-emulator/schema/job-spec.ts";
import { PoolSpec } from "../../../../local/batch-emulator/schema/pool-spec.ts";
import { TaskSpec } from "../../../../local/batch-emulator/schema/task-spec.ts";

interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}

/** Paths of all members below a schema, those of lists without an index. */
function pathsOf(schema: z.core.$ZodType, at = ""): string[] {
  const definition = schema._zod.def as unknown as Definition;
  const inner = definition.innerType ?? definition.element ?? definition.in;
  if (inner !== undefined) return pathsOf(inner, at);
  if (definition.type !== "object") return [];
  return Object.entries(definition.shape ?? {}).flatMap(([name, member]) => {
    const path = at === "" ? name : `${at}.${name}`;
    return [path, ...pathsOf(member, path)];
  });
}

const covers = (entry: string, path: string) => entry === path || path.startsWith(`${entry}.`);

/** Leaves and branches that no entry speaks for; a branch may be left to the entries below it. */
function unspoken(paths: readonly string[], entries: readonly Member[]): string[] {
  const spoken = (path: string) => entries.some((one) => covers(one.path, path));
  return paths.filter((path) => !spoken(path) && !paths.some((below) => below.startsWith(`${path}.`)));
}

test.each([
  ["Pool", PoolSpec],
  ["Job", JobSpec],
  ["Task", TaskSpec],
  ["Job schedule", JobScheduleSpec],
] as const)("every member of a %s has its line, and every line its member", (name, schema) => {
  const paths = pathsOf(schema);
  const entries: readonly Member[] = membersOf[name];
  expect(paths.length).toBeGreaterThan(10);
  expect(unspoken(paths, entries)).toEqual([]);
  expect(entries.filter((one) => !paths.includes(one.path)).map((one) => one.path)).toEqual([]);
  expect(new Set(entries.map((one) => one.path)).size).toBe(entries.length);
});

test("what is not simply done as the reference says is explained", () => {
  for (const entries of Object.values(membersOf))
    for (const { path, standing, how } of entries)
      expect([path, standing === "works" || how !== undefined]).toEqual([path, true]);
});
