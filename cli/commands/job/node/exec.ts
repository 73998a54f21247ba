import { command } from "../../../command.ts";
import { required, text } from "../../../options.ts";
import { nodesOfJob } from "../../../remote-of.ts";
import { nodeExecOptions, openSession } from "../../../remote.ts";
import { inExperiment, jobRef, openService } from "../../../service.ts";

export const jobNodeExec = command({
  examples: [
    'job node exec -w lab -e digits -j first --exec "ps aux"',
    "job node exec -w lab -e digits -j first -L 6006:localhost:6006",
  ],
  options: { ...inExperiment, job: required(text("-j, --job <name>", "the job")), ...nodeExecOptions },
  async run(given, context) {
    const service = await openService(given, context);
    const session = await nodesOfJob(service.client, jobRef(service, given, given.job));
    return openSession({ ...session, line: given.line, ports: given.ports }, given, context);
  },
});
