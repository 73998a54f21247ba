import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { notify } from "../hints.ts";
import { ofJobOrCluster, sessionOf } from "../remote-of.ts";
import { loginOptions, openSession } from "../remote.ts";
import { openService } from "../service.ts";

export const portForward = command({
  examples: ["port-forward -w lab -e digits -j first 6006", "port-forward -w lab -c nodes 9000:8888"],
  words: { usage: "<ports...>", description: "PORT, or PORT:PORT from here to there" },
  options: { ...ofJobOrCluster, ...loginOptions },
  async run(given, context, words) {
    const ports = words.map(forwarding);
    const session = await sessionOf(await openService(given, context), given);
    notify(context, `Forwarding ${words.join(", ")} until Ctrl-C.`);
    return openSession({ ...session, ports }, given, context);
  },
});

/** On this machine's own address alone. */
function forwarding(word: string): string {
  const [, here, there = here] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(word) ?? [];
  if (here === undefined || there === undefined) throw usageError(`'${word}' is neither PORT nor PORT:PORT.`);
  return `127.0.0.1:${here}:localhost:${there}`;
}
