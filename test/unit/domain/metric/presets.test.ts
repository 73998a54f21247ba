// Lines in the form in which the trainers print them.
import { describe, expect, it } from "vitest";
import { presetNames, reportsOfPreset } from "../../../../domain/metric/presets.ts";
import { reportsInOutput } from "../../../../domain/metric/reports.ts";

const bar = (part: string) => `\u001b[1m${part}\u001b[0m \u001b[32m━━━━━━━━\u001b[0m\u001b[37m\u001b[0m`;

const lines = [
  [
    "huggingFace",
    "{'loss': '0.6931', 'grad_norm': '1.2', 'learning_rate': '5e-05', 'epoch': '0.5'}",
    [
      ["loss", 0.6931],
      ["grad_norm", 1.2],
      ["learning_rate", 5e-5],
    ],
  ],
  [
    "huggingFace",
    " 50%|█████     | 5/10 [00:01<00:01]\r{'eval_loss': nan, 'eval_accuracy': 0.91, 'eval_runtime': 1.5, 'epoch': 1.0}",
    [
      ["eval_loss", Number.NaN],
      ["eval_accuracy", 0.91],
      ["eval_runtime", 1.5],
    ],
  ],
  ["huggingFace", "{'lr': 0.1, 'layers': 3}", []],
  ["huggingFace", "TrainOutput(global_step=10, metrics={'epoch': 1.0})", []],
  [
    "keras",
    "10/10 - 0s - 5ms/step - accuracy: 0.9300 - loss: 2.1000e-01 - val_loss: 0.3000",
    [
      ["accuracy", 0.93],
      ["loss", 0.21],
      ["val_loss", 0.3],
    ],
  ],
  [
    "keras",
    "2/2 - 0s - loss: 0.7032 - accuracy: 0.5469 - val_loss: 0.7029 - 57ms/epoch - 28ms/step",
    [
      ["loss", 0.7032],
      ["accuracy", 0.5469],
      ["val_loss", 0.7029],
    ],
  ],
  [
    "keras",
    `\r${bar("1/2")} 0s 99ms/step - loss: 0.9\u0008\u0008\r${bar("2/2")} 1s 5ms/step - accuracy: 0.5 - loss: nan`,
    [
      ["accuracy", 0.5],
      ["loss", Number.NaN],
    ],
  ],
  [
    "keras",
    "2/2 [==============================] - 1s 148ms/step - loss: 0.7032 - val_loss: inf",
    [
      ["loss", 0.7032],
      ["val_loss", Number.POSITIVE_INFINITY],
    ],
  ],
  ["keras", "1/2 [==============>...............] - ETA: 0s - loss: 0.7", []],
  ["keras", "Epoch 2/2", []],
  [
    "lightgbm",
    "[12]\ttraining's binary_logloss: 0.5\tvalid_0's binary_logloss: 0.58",
    [
      ["training-binary_logloss", 0.5, 12],
      ["valid_0-binary_logloss", 0.58, 12],
    ],
  ],
  ["lightgbm", "[10]\tcv_agg's valid l2: 0.3 + 0.02", [["cv_agg-valid l2", 0.3, 10]]],
  ["lightgbm", "[LightGBM] [Info] Total Bins 255", []],
  [
    "xgboost",
    "[3]\ttrain-logloss:0.10000\teval-logloss:0.25000",
    [
      ["train-logloss", 0.1, 3],
      ["eval-logloss", 0.25, 3],
    ],
  ],
  [
    "xgboost",
    "[0]\ttrain-rmse:0.48000+0.01000\ttest-rmse:1.5e-3+0.1",
    [
      ["train-rmse", 0.48, 0],
      ["test-rmse", 0.0015, 0],
    ],
  ],
  ["xgboost", "[12:00:01] WARNING: ../src/learner.cc:1115: Starting in XGBoost 1.3.0", []],
] as const;

const told = (name: string, value: number, step?: number) => ({
  name,
  value,
  ...(step === undefined ? {} : { step }),
});

describe("the preset of a trainer", () => {
  it.each(lines)("%s reads %j", (preset, line, found) => {
    expect(reportsOfPreset(preset, line)).toEqual(
      found.map(([name, value, step]) => told(name, value, step)),
    );
  });

  it("takes nothing of the lines of the others, so that all may be given at once", () => {
    for (const [owner, line, found] of lines)
      for (const other of presetNames)
        if (found.length > 0 && other !== owner)
          expect([other, line, reportsOfPreset(other, line)]).toEqual([other, line, []]);
  });

  it("takes no line that is longer than a report, and no time over it", () => {
    for (const preset of presetNames)
      for (const piece of ["{'epoch': 1", "1/1 - a: 1", "[1]\ta's b: ", "[1] a-b:1"])
        expect(reportsOfPreset(preset, piece.repeat(100_000))).toEqual([]);
  });

  it("takes no name that is longer than a name of a metric may be", () => {
    const of = (length: number) => `[1]\t${"a".repeat(length)}-auc:0.5`;
    const output = { metrics: [], presets: ["xgboost"] } as const;
    expect(reportsInOutput(`${of(300)}\n${of(200)}`, output)).toMatchObject([{ value: 0.5, step: 1 }]);
  });

  it("leaves a metric that has an expression to that", () => {
    const metrics = [{ name: "loss", expression: "val_loss: {value}" }];
    const line = "2/2 - 0s - loss: 0.7 - accuracy: 0.5 - val_loss: 0.6";
    expect(reportsInOutput(line, { metrics, presets: ["keras"] })).toEqual([
      told("loss", 0.6),
      told("accuracy", 0.5),
      told("val_loss", 0.6),
    ]);
  });
});
