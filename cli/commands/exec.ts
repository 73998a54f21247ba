import { quoteWord } from "../../domain/launch/quote.ts";
import { command } from "../command.ts";
import { ofJobOrCluster, sessionOf } from "../remote-of.ts";
import { loginOptions, openSession } from "../remote.ts";
import { openService } from "../service.ts";

export const exec = command({
  examples: ["exec -w lab -e digits -j first -- nvidia-smi", "exec -w lab -c nodes -- df -h /"],
  words: { usage: "<program...>", description: "the program and its arguments" },
  passThrough: true,
  options: { ...ofJobOrCluster, ...loginOptions },
  async run(given, context, words) {
    const session = await sessionOf(await openService(given, context), given);
    return openSession({ ...session, line: words.map(quoteWord).join(" ") }, given, context);
  },
});
