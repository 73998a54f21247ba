// `npm run test:late`: the tests that watch real processes and servers, with answers and timers that come late.
import { mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

export default mergeConfig(base, {
  test: {
    setupFiles: ["test/support/late-answers.ts"],
    // Twenty thousand requests one after the other would take their lateness together.
    exclude: ["**/*fuzz*.test.ts", "**/node_modules/**"],
  },
});
