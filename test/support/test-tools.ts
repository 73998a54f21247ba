// Where scripts/install-test-tools.sh puts the virtual environments of programs that some tests run.
import { homedir } from "node:os";
import { join } from "node:path";

export const testTools =
  process.env["OPENBATCHAI_TEST_TOOLS"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "openbatchai-test-tools");
