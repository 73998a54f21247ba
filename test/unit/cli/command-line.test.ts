// Starts nothing: commands are refused before they do anything.
import { describe, expect, it, test } from "vitest";
import { command } from "../../../cli/command.ts";
import { commands } from "../../../cli/commands/index.ts";
import { CommandError, failureOf } from "../../../cli/failure.ts";
import { flag, required, text, texts, wholeNumber } from "../../../cli/options.ts";
import { exitCodes } from "../../../cli/output/exit-codes.ts";
import { batchai, givenTo } from "../../support/command-line.ts";

const sample = command({
  examples: ["sample -n one"],
  words: { usage: "[words...]", description: "what to run" },
  passThrough: true,
  options: {
    name: required(text("-n, --name <name>", "its name")),
    nodes: wholeNumber("--nodes <number>", "how many", 1),
    variables: texts("-e, --env <name=value>", "a variable"),
    wait: flag("--wait", "until the end"),
  },
  async run() {},
});

describe("the overview", () => {
  it("names every command, without and with --help", async () => {
    const { code, out, err } = await batchai([]);
    expect({ code, err }).toEqual({ code: exitCodes.ok, err: "" });
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    expect((await batchai(["--help"])).out).toBe(out);
  });

  it("says what is wrong with a command that does not exist, and shows what there is", async () => {
    const { code, out, err } = await batchai(["strat"]);
    expect({ code, out }).toEqual({ code: exitCodes.usage, out: "" });
    expect(err).toMatch(/There is no command 'strat'\.[^]*start +Run the local cloud/);
    expect((await batchai(["--data", "x"])).err).toContain("'--data' needs a command before it.");
  });

  it("has an example and a description for each command", async () => {
    for (const { name, summary, load } of commands) {
      const { out, code } = await batchai([...name.split(" "), "--help"]);
      expect(code).toBe(exitCodes.ok);
      expect(out).toContain(`${summary}.`);
      for (const example of (await load()).examples) {
        expect(example.startsWith(name)).toBe(true);
        expect(out).toContain(`batchai ${example}`);
      }
    }
  });

  it("tells the version of the package", async () => {
    expect((await batchai(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test("options have their kinds and defaults; words of another program are left alone", async () => {
  const args = ["-n", "a", "-e", "X=1", "-e", "Y=2", "python", "train.py", "--nodes", "7"];
  expect(await givenTo(sample, args)).toEqual({
    given: { name: "a", nodes: 1, variables: ["X=1", "Y=2"], wait: false },
    words: ["python", "train.py", "--nodes", "7"],
  });
  expect((await givenTo(sample, ["-n", "a"])).given["variables"]).toEqual([]);
});

test("a short option takes its value after an equal sign, too, as in scripts of az; but not those of another program", async () => {
  const own = command({ ...sample, passThrough: false, async run() {} });
  expect((await givenTo(own, ["-n=a b", "--", "-n=c"])).given["name"]).toBe("a b");
  expect((await givenTo(own, ["-n=a", "--", "-n=c"])).words).toEqual(["-n=c"]);
  expect((await givenTo(sample, ["-n", "a", "train.py", "-n=3"])).words).toEqual(["train.py", "-n=3"]);
});

test("what is missing, unknown or not as it must be is named, with the page to look at", async () => {
  await expect(givenTo(sample, [])).rejects.toThrow("'-n, --name <name>' not specified");
  await expect(givenTo(sample, ["-n", "a", "--node", "2"])).rejects.toThrow("(Did you mean --nodes?)");
  await expect(givenTo(sample, ["-n", ""])).rejects.toThrow("not empty");
  const wrong = givenTo(sample, ["-n", "a", "--nodes", "two"]);
  await expect(wrong).rejects.toThrow(/--nodes[^]*It takes a whole number[^]*See: batchai command --help/);
  await expect(wrong).rejects.toHaveProperty("exitCode", exitCodes.usage);
});

test.each(["start", "emulator", "host app"])("`%s` takes a port by the one rule", async (typed) => {
  for (const port of ["70000", "many", "-1", "1.5", ""]) {
    const { code, err } = await batchai([...typed.split(" "), `--port=${port}`]);
    expect(code).toBe(exitCodes.usage);
    expect(err).toContain("It takes a whole number from 0 (any free port) to 65535.");
  }
});

test("every end has its exit code, and only a bug shows a stack", () => {
  const start = Object.assign(new Error("The folder is in use."), { name: "StartError" });
  expect(failureOf(start)).toEqual({ exitCode: exitCodes.failed, message: "The folder is in use." });
  expect(failureOf(new CommandError("late", exitCodes.timeout))).toEqual({ exitCode: 4, message: "late" });
  expect(failureOf(new TypeError("x"))).toMatchObject({ exitCode: exitCodes.bug });
  expect(failureOf(new TypeError("x")).message).toContain("command-line.test.ts");
});
