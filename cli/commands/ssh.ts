import { command } from "../command.ts";
import { ofJobOrCluster, sessionOf } from "../remote-of.ts";
import { loginOptions, openSession } from "../remote.ts";
import { openService } from "../service.ts";

export const ssh = command({
  examples: ["ssh -w lab -e digits -j first", "ssh -w lab -c nodes"],
  options: { ...ofJobOrCluster, ...loginOptions },
  async run(given, context) {
    const session = await sessionOf(await openService(given, context), given);
    return openSession({ ...session, isLogin: true }, given, context);
  },
});
