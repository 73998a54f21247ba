import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-once.ts"],
    reporters: [process.stdout.isTTY ? "default" : "dot", "./test/support/closing-line-reporter.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Known and open: a job submitted right after another was deleted is started, rarely, only by the reconciliation; and a node's
    // folder may outlive a crash in the random walk. In CI such a test has a second try; everywhere else it fails.
    retry: process.env["CI"] === "true" ? 1 : 0,
    pool: "forks",
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: [
        "activities/**",
        "cli/**",
        "domain/**",
        "functions/**",
        "local/**",
        "orchestrations/**",
        "services/**",
      ],
    },
  },
});
