import { describe, expect, it } from "vitest";
import { linePattern, patternProblem } from "../../../../domain/metric/line-pattern.ts";
import { reportsInFile, reportsInOutput, wholeLines } from "../../../../domain/metric/reports.ts";

describe("an expression for lines of output", () => {
  it.each([
    ["accuracy = {value}", "12:00 accuracy = 0.93 done", { value: 0.93 }],
    ["accuracy = {value}", "accuracy   =\t.5e-3", { value: 0.0005 }],
    ["epoch {step}: loss {value}", "epoch 3: loss 1.25", { step: 3, value: 1.25 }],
    ["epoch {step}/{*} loss={value},", "epoch 3/10 - 2s - loss=1.25, acc=1", { step: 3, value: 1.25 }],
    ["loss={value}", "loss=nan", { value: Number.NaN }],
    ["loss={value}", "loss=-inf", { value: Number.NEGATIVE_INFINITY }],
    ["loss={value}", "val loss= 3", undefined],
    ["loss={value}", "nothing", undefined],
    ["{value} loss", "x 12.5 loss", { value: 12.5 }],
    ["loss={value}", `loss=1${" ".repeat(5000)}`, undefined],
  ])("%j finds in %j what it names", (expression, line, found) => {
    expect(linePattern(expression)(line)).toEqual(found);
  });

  it.each([
    ["loss", "{value} once"],
    ["{value} {value}", "{value} once"],
    ["{value}", "some text"],
    ["a{step}{value}", "without text between"],
    ["a={valeu}", "{valeu}"],
    ["{step}{*}a={value}{step}", "{step} more than once"],
  ])("%j is refused: %s", (expression, message) => {
    expect(patternProblem(expression)).toContain(message);
  });

  it.each([
    ["'loss': '{value}'", "{'loss': '0.6931', 'grad_norm': '1.2', 'epoch': '0.5'}", { value: 0.6931 }],
    ["'loss': '{value}'", "{'eval_loss': '0.5', 'epoch': '1.0'}", undefined],
    ["'loss': {value}", "{'loss': 0.6931, 'learning_rate': 5e-05}", { value: 0.6931 }],
    [
      "- loss: {value}",
      "10/10 - 0s - 5ms/step - accuracy: 0.93 - loss: 0.21 - val_loss: 0.3",
      { value: 0.21 },
    ],
    [
      "- val_accuracy: {value}",
      "10/10 - 0s - loss: 0.21 - val_accuracy: 0.9 - val_loss: 0.3",
      { value: 0.9 },
    ],
    [
      "[{step}] valid_0's binary_logloss: {value}",
      "[12]\tvalid_0's binary_logloss: 0.58",
      { step: 12, value: 0.58 },
    ],
    [
      "[{step}]{*} eval-logloss:{value}",
      "[3]\ttrain-logloss:0.1\teval-logloss:0.25",
      { step: 3, value: 0.25 },
    ],
  ])("%j reads a common trainer's %j", (expression, line, found) => {
    expect(patternProblem(expression)).toBeUndefined();
    expect(linePattern(expression)(line)).toEqual(found);
  });

  it("takes no longer for hostile lines than for others", () => {
    const match = linePattern("a{*}a{*}a{*}a{*}b={value}");
    expect(match("a".repeat(4000))).toBeUndefined();
  });
});

describe("reports", () => {
  it("come from the metrics file as JSON lines, Python's NaN and Infinity included", () => {
    const text = [
      '{"name": "loss", "value": 0.5, "step": 1}',
      '{"name": "loss", "value": NaN, "step": 2}',
      '{"name":"loss","value":-Infinity}',
      '{"name": "loss", "value": "inf", "step": 4}',
      "not json",
      '{"value": 1}',
      "",
    ].join("\n");
    expect(reportsInFile(text, [])).toEqual({
      reports: [
        { name: "loss", value: 0.5, step: 1 },
        { name: "loss", value: Number.NaN, step: 2 },
        { name: "loss", value: Number.NEGATIVE_INFINITY },
        { name: "loss", value: Number.POSITIVE_INFINITY, step: 4 },
      ],
      unreadable: 2,
    });
  });

  it("of a metric with an expression come from the output alone", () => {
    const expressions = [{ name: "loss", expression: "loss={value}" }];
    expect(
      reportsInFile('{"name":"loss","value":1}\n{"name":"other","value":1}', expressions).reports,
    ).toEqual([{ name: "other", value: 1 }]);
    expect(reportsInOutput("loss=1\nno\nloss=2 loss=3", { metrics: expressions, presets: [] })).toEqual([
      { name: "loss", value: 1 },
      { name: "loss", value: 2 },
    ]);
  });

  it("are read when their line is written to its end", () => {
    expect(wholeLines("one\ntwo\nthr")).toBe("one\ntwo\n");
    expect(wholeLines("thr")).toBe("");
  });
});
