// Names that a job or a setup task may give to its environment variables.
import { describe, expect, it } from "vitest";
import { EnvironmentVariable } from "../../../../domain/shared/fields.ts";

const problem = (name: string) =>
  EnvironmentVariable.safeParse({ name, value: "1" }).error?.issues[0]?.message;

describe("the name of an environment variable", () => {
  it.each(["OPTIND", "PPID", "UID", "EUID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO"])(
    "is not %s, which a shell refuses to take",
    (name) => expect(problem(name)).toMatch(/the shell does not keep for itself .*; choose another$/),
  );

  it.each(["WORD", "PATH", "IFS", "optind", "MY_UID"])("may be %s", (name) =>
    expect(problem(name)).toBeUndefined(),
  );
});
