// What the script toolkits share: the fields of a Python script and the command that runs it.
import { anyText, text } from "../shared/fields.ts";
import { templateWord } from "../launch/quote.ts";
import { withArguments } from "./toolkit.ts";
import type { PlannedProcess } from "./toolkit.ts";

export const pythonFields = {
  pythonScriptFilePath: text(),
  pythonInterpreterPath: text().optional(),
  commandLineArgs: anyText().optional(),
};

interface PythonScript {
  readonly pythonScriptFilePath: string;
  readonly pythonInterpreterPath?: string | undefined;
}

/** Without an interpreter path: `python3` when the node has one, else `python`. */
export function pythonCommand(
  script: PythonScript,
  commandLineArgs: string | undefined,
): Required<Pick<PlannedProcess, "interpreter" | "command">> {
  return {
    interpreter:
      script.pythonInterpreterPath === undefined ? ["python3", "python"] : [script.pythonInterpreterPath],
    command: withArguments(
      `"$AZ_BATCHAI_INTERPRETER" ${templateWord(script.pythonScriptFilePath)}`,
      commandLineArgs,
    ),
  };
}
