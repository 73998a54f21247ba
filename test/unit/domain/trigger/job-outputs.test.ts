// What a job hands to what follows it.
import { describe, expect, it } from "vitest";
import { parse } from "../../../../domain/shared/parse.ts";
import { JobOutputs, outputValues, sampleOutputs } from "../../../../domain/trigger/job-outputs.ts";
import { readOutputs } from "../../../../domain/trigger/reported-outputs.ts";

const said = (text: string) => ({ job: "train", metrics: [], outputs: readOutputs(text) });

describe("an outputs file", () => {
  it("has a text, or true or false, in each line; the last of a name counts", () => {
    const text = '{"name": "a", "value": "x"}\n\n{"name": "b", "value": true}\r\n{"name": "a", "value": ""}';
    expect([...readOutputs(text).values]).toEqual([
      ["a", ""],
      ["b", true],
    ]);
  });

  it.each([
    ["none", "is no JSON"],
    ["[", "is no JSON"],
    ["null", "is no JSON"],
    ['{"value": "x"}', "has no name"],
    [`{"name": "${"n".repeat(65)}", "value": "x"}`, "has no name of 1 to 64 characters"],
    ['{"name": "a", "value": 1}', 'says "a" is a number; numbers are metrics'],
    ['{"name": "a", "value": ["x"]}', 'has no text, true or false as the value of "a"'],
    [`{"name": "a", "value": "${"x".repeat(1_025)}"}`, 'has a value of "a" of more than 1024 characters'],
    ['{"name": "a", "value": "x\\ny"}', 'has a value of "a" with a line break'],
  ])("says what is wrong with the line %j", (line, problem) => {
    const read = readOutputs(`{"name": "b", "value": false}\n${line}\nlater`);
    expect(read.problem).toContain(`line 2 of the outputs file ${problem}`);
    expect([...read.values]).toEqual([["b", false]]);
  });
});

describe("a declared output", () => {
  it("has the kind that it is declared with", () => {
    const declared = parse(JobOutputs, { better: { boolean: "better" }, model: { text: "model" } });
    const both = '{"name": "model", "value": "m"}\n{"name": "better", "value": true}';
    expect(outputValues(declared, said(both))).toEqual({
      kind: "values",
      values: { "outputs.better": true, "outputs.model": "m" },
    });
    const wrong = '{"name": "model", "value": "m"}\n{"name": "better", "value": "true"}';
    expect(outputValues(declared, said(wrong))).toEqual({
      kind: "refused",
      problem: "outputs.better: the job train reported 'better' as a text, and not as true or false",
    });
    expect(
      outputValues(declared, said('{"name": "better", "value": true}\n{"name": "model", "value": false}')),
    ).toEqual({
      kind: "refused",
      problem: "outputs.model: the job train reported 'model' as true or false, and not as a text",
    });
    expect(sampleOutputs(declared)).toEqual({ "outputs.better": true, "outputs.model": "text" });
  });

  it.each([
    [{ a: {} }, "a: expected exactly one of metric, text and boolean"],
    [{ a: { metric: "m", text: "t" } }, "a: expected exactly one of metric, text and boolean"],
    [{ a: { text: "t", of: "max" } }, "a.of: is for a metric only"],
    [{ a: { number: "n" } }, "a: expected exactly one of metric, text and boolean"],
  ])("is refused as %j", (declared, problem) => {
    expect(() => parse(JobOutputs, declared)).toThrow(problem);
  });
});
