// A receipt as clients see it: a statement in the form of in-toto (its "Statement" v1): files by name and digest, and what they came from.
import { z } from "zod";
import { AttemptResponse } from "../job/attempt.ts";

export const statementType = "https://in-toto.io/Statement/v1";
export const predicateType = "urn:openbatchai:receipt:v1";

const digest = z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const file = z.looseObject({
  name: z.string().meta({ description: "ID of the directory/path in it" }),
  digest,
});

export const ReceiptResponse = z
  .looseObject({
    _type: z.literal(statementType),
    subject: z.array(file).meta({ description: "What the run left in the job's output directories" }),
    predicateType: z.literal(predicateType),
    predicate: z.looseObject({
      job: z.looseObject({ id: z.string(), guid: z.string(), attempt: z.int() }),
      inputsDigest: digest.meta({
        description:
          "Of all that a run depends on: the same for two jobs that were asked for the same of the same files",
      }),
      definition: z
        .looseObject({})
        .meta({ description: "What the job was asked to do; secrets by name only" }),
      machine: z.looseObject({ vmSize: z.string(), nodeCount: z.int() }),
      image: z.string().optional().meta({ description: "Id of the container's image" }),
      inputs: z.array(file),
      attempts: z.array(AttemptResponse),
      startTime: z.string().optional(),
      endTime: z.string().optional(),
      exitCode: z.int().optional(),
    }),
  })
  .meta({ id: "Receipt" });
export type ReceiptResponse = z.infer<typeof ReceiptResponse>;
