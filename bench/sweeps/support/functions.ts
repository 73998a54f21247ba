// Functions whose minimum is known, and one real model, to search with 100 trials. bench/sweeps/support/optuna_search.py has the same ones.
import type { SearchSpace, Value } from "../../../domain/sweep/search/parameter.ts";
import digits from "./digits-svm.json" with { type: "json" };

export interface Searched {
  readonly space: SearchSpace;
  readonly value: (parameters: Readonly<Record<string, Value>>) => number;
}

const uniform = (min: number, max: number) => ({ type: "uniform", min, max }) as const;
const number = (parameters: Readonly<Record<string, Value>>, name: string) => Number(parameters[name]);

function branin(x: number, y: number): number {
  const b = 5.1 / (4 * Math.PI ** 2);
  const bowl = y - b * x * x + (5 / Math.PI) * x - 6;
  return bowl * bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const alpha = [1, 1.2, 3, 3.2];
const steepness = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const centre = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann(x: readonly number[]): number {
  return -alpha.reduce((sum, weight, row) => {
    const away = x.reduce(
      (total, at, column) =>
        total + (steepness[row]?.[column] ?? 0) * (at - (centre[row]?.[column] ?? 0)) ** 2,
      0,
    );
    return sum + weight * Math.exp(-away);
  }, 0);
}

function rosenbrock(x: readonly number[]): number {
  return x.slice(1).reduce((sum, next, at) => {
    const here = x[at] ?? 0;
    return sum + 100 * (next - here * here) ** 2 + (1 - here) ** 2;
  }, 0);
}

/** Share of digits that a support vector machine gets wrong, between the points at which it was trained (digits_table.py). */
function digitsWrong(cost: number, gamma: number): number {
  const place = (value: number, [least = 0, most = 0]: readonly number[], points: number) => {
    const at = ((Math.log10(value) - least) / (most - least)) * (points - 1);
    const low = Math.min(Math.max(Math.floor(at), 0), points - 2);
    return [low, Math.min(Math.max(at - low, 0), 1)] as const;
  };
  const [row, down] = place(cost, digits.c, digits.wrong.length);
  const [column, right] = place(gamma, digits.gamma, digits.wrong[0]?.length ?? 0);
  const at = (r: number, c: number) => digits.wrong[r]?.[c] ?? Number.NaN;
  const across = (r: number) => at(r, column) * (1 - right) + at(r, column + 1) * right;
  return across(row) * (1 - down) + across(row + 1) * down;
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `X${at}`);
const cube = (count: number, min: number, max: number): SearchSpace =>
  Object.fromEntries(names(count).map((name) => [name, uniform(min, max)]));
const point = (count: number) => (parameters: Readonly<Record<string, Value>>) =>
  names(count).map((name) => number(parameters, name));

export const functions: Readonly<Record<string, Searched>> = {
  branin: {
    space: { X0: uniform(-5, 10), X1: uniform(0, 15) },
    value: (parameters) => branin(number(parameters, "X0"), number(parameters, "X1")),
  },
  hartmann6: { space: cube(6, 0, 1), value: (parameters) => hartmann(point(6)(parameters)) },
  rosenbrock4: { space: cube(4, -2, 2), value: (parameters) => rosenbrock(point(4)(parameters)) },
  digits: {
    space: {
      C: { type: "loguniform", min: 1e-3, max: 1e4 },
      GAMMA: { type: "loguniform", min: 1e-6, max: 1 },
    },
    value: (parameters) => digitsWrong(number(parameters, "C"), number(parameters, "GAMMA")),
  },
  conditional: {
    space: {
      KIND: { type: "choice", values: ["sgd", "adam", "none"] },
      LR: { type: "loguniform", min: 1e-5, max: 1 },
      MOMENTUM: { ...uniform(0, 1), when: { parameter: "KIND", in: ["sgd"] } },
      BETA: { ...uniform(0.5, 1), when: { parameter: "KIND", in: ["adam"] } },
      WIDTH: {
        type: "integer",
        min: 8,
        max: 512,
        scale: "log",
        step: 1,
        when: { parameter: "KIND", in: ["sgd", "adam"] },
      },
    },
    value(parameters) {
      const rate = (Math.log10(number(parameters, "LR")) + 2.5) ** 2;
      if (parameters["KIND"] === "none") return 2 + rate;
      const width = (Math.log2(number(parameters, "WIDTH")) - 6) ** 2 / 4;
      if (parameters["KIND"] === "sgd")
        return 0.3 + rate + 4 * (number(parameters, "MOMENTUM") - 0.9) ** 2 + width;
      return rate + 20 * (number(parameters, "BETA") - 0.95) ** 2 + width;
    },
  },
};
