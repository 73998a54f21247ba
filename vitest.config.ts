import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-once.ts"],
    reporters: [process.stdout.isTTY ? "default" : "dot", "./test/support/closing-line-reporter.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: [
        "activities/**",
        "application/**",
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
