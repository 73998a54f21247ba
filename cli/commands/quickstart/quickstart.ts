// `batchai quickstart`: the whole story on one machine.
import { join } from "node:path";
import { command } from "../../command.ts";
import { text } from "../../options.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import { runQuickstart } from "./story.ts";

export const quickstart = command({
  examples: ["quickstart"],
  options: {
    output: text("--output <dir>", "where model and logs are kept", ".batchai-quickstart"),
  },
  async run({ output }, context) {
    const recipeDirectory = join(context.builtFolder, "..", "recipes", "mnist-tfjs");
    const reached = await runQuickstart({ recipeDirectory, output }, context);
    return reached ? exitCodes.ok : exitCodes.failed;
  },
});
