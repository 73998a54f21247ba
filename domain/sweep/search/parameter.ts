// What a parameter of a search space can be: shapes only. What values it takes is in distribution.ts, what a whole space
// must satisfy in space.ts.
import { z } from "zod";
import { nodePath, text, wholeNumber } from "../../shared/fields.ts";

export type Scalar = string | number | boolean;
/** A dict's members move together. */
export type Value = Scalar | Readonly<Record<string, Scalar>>;

const finite = z.number({ error: "expected a finite number" });
const positive = (what: string) =>
  finite.refine((value) => value > 0, { error: `expected a ${what} above 0` });
const Scalar = z.union([z.string().max(4096), finite, z.boolean()], {
  error: "expected a text, a number, true or false",
});

const NameError = "expected a name of capital letters, digits and '_' that does not start with a digit";
export const ParameterName = z
  .string()
  .max(64, { error: NameError })
  .regex(/^[A-Z_][A-Z0-9_]*$/, { error: NameError });

/** The parameter exists only in trials in which another one has one of these values. */
const When = z.object({ parameter: ParameterName, in: z.array(Scalar).min(1) });
const common = { when: When.optional() };
const range = { min: finite, max: finite };
const bell = { mu: finite, sigma: positive("standard deviation") };
const spread = {
  ...range,
  scale: z.enum(["linear", "log"]).default("linear"),
  /** How many values a grid takes, both ends included. */
  numValues: wholeNumber(2, 10_000).optional(),
};
const values = z.array(Scalar).min(1, { error: "expected at least one value" }).max(10_000);

export const Parameter = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("choice"), values, ...common }),
    z.object({ type: z.literal("discrete"), values, ...common }),
    z.object({
      type: z.literal("dict"),
      values: z
        .array(
          z.record(
            z.string().regex(/^\w{1,64}$/, { error: "expected a key of letters, digits and '_'" }),
            Scalar,
          ),
        )
        .min(1, { error: "expected at least one set of values" })
        .max(10_000),
      ...common,
    }),
    z.object({ type: z.literal("integer"), ...spread, step: wholeNumber(1).default(1), ...common }),
    z.object({ type: z.literal("real"), ...spread, step: positive("step").optional(), ...common }),
    z.object({ type: z.literal("uniform"), ...range, ...common }),
    z.object({ type: z.literal("loguniform"), ...range, ...common }),
    z.object({ type: z.literal("quniform"), ...range, q: positive("step"), ...common }),
    z.object({ type: z.literal("qloguniform"), ...range, q: positive("step"), ...common }),
    z.object({ type: z.literal("randint"), upper: wholeNumber(1), ...common }),
    z.object({ type: z.literal("normal"), ...bell, ...common }),
    z.object({ type: z.literal("lognormal"), ...bell, ...common }),
    z.object({
      type: z.literal("file"),
      /** A directory on one of the mounts; the values are the paths of its files. */
      path: nodePath(),
      /** Only files whose names contain this text. */
      contains: text(256).optional(),
      ...common,
    }),
  ],
  {
    error:
      "expected a parameter with a type of choice, discrete, dict, integer, real, uniform, loguniform, quniform, qloguniform, randint, normal, lognormal or file",
  },
);
export type Parameter = z.infer<typeof Parameter>;

export const SearchSpace = z.record(ParameterName, Parameter);
export type SearchSpace = z.infer<typeof SearchSpace>;
