// Starts nothing: a command of the test's own answers what it was given.
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { command } from "../../../cli/command.ts";
import type { Context } from "../../../cli/command.ts";
import { CommandError } from "../../../cli/failure.ts";
import { hint } from "../../../cli/hints.ts";
import { exitCodes } from "../../../cli/output/exit-codes.ts";
import { printAll, printing, printOne } from "../../../cli/output/print.ts";
import { run } from "../../../cli/run.ts";
import { contextOf } from "../../support/command-line.ts";

const id = (name: string) => `/subscriptions/s/resourceGroups/rg/providers/p/things/${name}`;
const items = [
  { name: "a", id: id("a"), properties: { size: 2, isNew: true, tags: ["x", "y"], more: { k: 1 } } },
  { name: "b", id: id("b"), properties: { size: 10, isNew: false, tags: [], more: {}, none: null } },
];
const columns = [
  ["Name", ({ name }: (typeof items)[number]) => name],
  ["Size", ({ properties }: (typeof items)[number]) => properties.size],
] as const;

const rows = [
  {
    name: "thing list",
    summary: "List things",
    load: async () =>
      command({
        examples: ["thing list"],
        options: printing,
        async run(given, context) {
          await context.fetch("https://service.example/things?api-version=1&sig=c2VjcmV0");
          hint(context, "thing show");
          context.warn("things are old");
          await printAll(items, columns, given, context);
        },
      }),
  },
  {
    name: "thing show",
    summary: "Show the first",
    load: async () =>
      command({
        examples: ["thing show"],
        options: printing,
        run: (given, context) => printOne(items[0] as (typeof items)[number], columns, given, context),
      }),
  },
  {
    name: "thing break",
    summary: "Fail",
    load: async () =>
      command({
        examples: ["thing break"],
        options: {},
        async run() {
          throw new CommandError("It broke.", exitCodes.failed, new Error("the reason"));
        },
      }),
  },
];

async function typed(words: string[], surroundings: Partial<Context> = {}) {
  const said = { out: "", err: "" };
  const answering = () => Promise.resolve(new Response("", { headers: { "x-ms-request-id": "r1" } }));
  const code = await run(words, rows, contextOf(said, { fetch: answering, ...surroundings }));
  return { code, ...said };
}
const out = async (...words: string[]) => {
  const said = await typed(["thing", ...words]);
  expect(said).toMatchObject({ code: 0 });
  return said.out;
};
const flatA = {
  name: "a",
  id: id("a"),
  size: 2,
  isNew: true,
  tags: ["x", "y"],
  more: { k: 1 },
  resourceGroup: "rg",
};

describe("an answer", () => {
  it("is JSON where nobody looks, and a table on a terminal", async () => {
    expect(JSON.parse(await out("show"))).toEqual(flatA);
    const seen = await typed(["thing", "list"], { isTerminal: { out: true, err: false } });
    expect(seen.out).toBe("Name  Size\na     2\nb     10\n");
  });

  it("is what the option says, else what the environment says", async () => {
    const environment = { BATCHAI_OUTPUT: "jsonl" };
    expect((await typed(["thing", "list"], { environment })).out.trim().split("\n")).toHaveLength(2);
    expect((await typed(["thing", "list", "-o", "none"], { environment })).out).toBe("");
    const wrong = await typed(["thing", "list"], { environment: { BATCHAI_OUTPUT: "xml" } });
    expect(wrong).toMatchObject({ code: exitCodes.usage, out: "" });
    expect(wrong.err).toContain("BATCHAI_OUTPUT=xml: It takes one of json");
    expect((await typed(["thing", "list", "-o", "xml"])).err).toContain("It takes one of json");
  });

  it("is YAML that says the same", async () => {
    expect(parse(await out("list", "-o", "yaml"))).toEqual(JSON.parse(await out("list", "-o", "json")));
  });

  it("has colours on a terminal alone, and none where the environment wants none", async () => {
    const isTerminal = { out: true, err: false };
    for (const format of ["jsonc", "yamlc"]) {
      expect((await typed(["thing", "show", "-o", format], { isTerminal })).out).toContain("\u001B[36m");
      for (const environment of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
        expect((await typed(["thing", "show", "-o", format], { isTerminal, environment })).out).not.toContain(
          "\u001B",
        );
      expect(await out("show", "-o", format)).not.toContain("\u001B");
    }
  });
});

describe("a query", () => {
  it("is JMESPath over what az shows", async () => {
    expect(await out("list", "--query", "[?size > `5`].name", "-o", "tsv")).toBe("b\n");
    expect(await out("show", "--query", "resourceGroup", "-o", "tsv")).toBe("rg\n");
    expect(JSON.parse(await out("list", "--query", "length(@)"))).toBe(2);
    expect(await out("show", "--query", "absent")).toBe("");
  });

  it("makes columns of what it names", async () => {
    expect(await out("list", "--query", "[].{name: name, big: size, tags: tags}", "-o", "table")).toBe(
      "Name  Big\na     2\nb     10\n",
    );
    expect(await out("list", "--query", "[].[name, size]", "-o", "table")).toBe(
      "Column1  Column2\na        2\nb        10\n",
    );
    expect(await out("list", "--query", "[].name", "-o", "table")).toBe("Result\na\nb\n");
    expect(await out("list", "--query", "[?size > `99`]", "-o", "table")).toBe("");
  });

  it("in TSV has of lists the length, of objects nothing, and Python's words, as scripts of az expect", async () => {
    expect(await out("list", "--query", "[].[name, isNew, tags, more, none]", "-o", "tsv")).toBe(
      "a\tTrue\t2\t\tNone\nb\tFalse\t0\t\tNone\n",
    );
  });

  it("that is none is shown, and nothing is answered", async () => {
    const wrong = await typed(["thing", "list", "--query", "[?"]);
    expect(wrong).toMatchObject({ code: exitCodes.usage, out: "" });
    expect(wrong.err).toContain("--query '[?' cannot be used");
  });
});

describe("beside the data", () => {
  const onTerminal = { isTerminal: { out: false, err: true } };

  it("hints and warnings are said, unless errors alone are wanted", async () => {
    expect((await typed(["thing", "list"], onTerminal)).err).toMatch(/Next:[^]*things are old/);
    expect((await typed(["thing", "list", "--only-show-errors"], onTerminal)).err).toBe("");
    expect((await typed(["thing", "break", "--only-show-errors"], onTerminal)).err).toContain("It broke.");
  });

  it("requests are told on demand, and never what signs them", async () => {
    const { err } = await typed(["thing", "list", "--verbose", "--only-show-errors"]);
    expect(err).toBe("GET https://service.example/things?api-version=1: 200 in 0 ms, request r1\n");
    const refused = await typed(["thing", "list", "--debug"], {
      fetch: () => Promise.reject(new Error("x")),
    });
    expect(refused.err).toContain("GET https://service.example/things?api-version=1: no answer after 0 ms");
  });

  it("an error shows where it comes from only where that is asked for", async () => {
    expect((await typed(["thing", "break"])).err).toBe("batchai: It broke.\n");
    expect((await typed(["thing", "break", "--debug"])).err).toMatch(
      /output\.test\.ts[^]*caused by Error: the reason[^]*batchai: It broke\.\n$/,
    );
  });
});

test("every command takes the options of every command", async () => {
  for (const { name } of rows) {
    const { out: help } = await typed([...name.split(" "), "--help"]);
    expect(help).toMatch(/Options of every command:[^]*--only-show-errors[^]*--verbose[^]*--debug/);
  }
});
