// Two projects: `quick` is what `npm test` runs at every save; `others` start processes, sockets or threads, or run long. Which file is
// which is read off what it starts (test/support/quick-tests.ts). `npm run test:all` runs both. Quick files share a worker's modules: they start
// nothing, and reading the app again for each of them took longer than the tests did.
import { defineConfig } from "vitest/config";
import { testFiles } from "./test/support/quick-tests.ts";

const { quick, others } = testFiles(import.meta.dirname);

export default defineConfig({
  test: {
    reporters: [process.stdout.isTTY ? "default" : "dot", "./test/support/closing-line-reporter.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "quick",
          isolate: false,
          include: [...quick],
          setupFiles: ["test/support/starts-nothing.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "others",
          include: [...others],
          globalSetup: ["test/support/build-once.ts", "test/support/traffic/record-traffic.ts"],
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: [
        "activities/**",
        "application/**",
        "cli/**",
        "client/**",
        "domain/**",
        "functions/**",
        "local/**",
        "orchestrations/**",
        "services/**",
      ],
    },
  },
});
