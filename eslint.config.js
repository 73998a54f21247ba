// Lint is where the house rules that types cannot express are kept: determinism walls, one place for the
// environment, no console, small files.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

const clockAndRandom = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: "Inject the clock.",
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Inject the clock." },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: "Inject randomness.",
  },
  { selector: "CallExpression[callee.name='randomUUID']", message: "Inject randomness." },
];
const timers = [
  {
    selector: "CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/]",
    message: "No timers here.",
  },
];
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Read configuration once, in a composition root.",
};

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "node_modules/", "test/fixtures/", ".batchai/"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-syntax": ["error", noEnvironment],
    },
  },
  {
    files: ["domain/**/*.ts", "contracts/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", noEnvironment, ...clockAndRandom, ...timers] },
  },
  {
    files: ["orchestrations/**/*.ts"],
    rules: {
      "require-yield": "off",
      "no-restricted-globals": ["error", "fetch", "process", "performance", "crypto"],
      "no-restricted-syntax": [
        "error",
        ...clockAndRandom,
        ...timers,
        {
          selector: ":function[async=true]",
          message: "Orchestrations are generators; async work belongs in an activity.",
        },
        {
          selector: "AwaitExpression",
          message: "Orchestrations are generators; yield through orchestrations/lib.",
        },
      ],
    },
  },
  {
    files: ["orchestrations/*/*.ts"],
    ignores: ["orchestrations/lib/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { paths: [{ name: "durable-functions", message: "Use orchestrations/lib." }] },
      ],
    },
  },
  {
    files: ["local/*/service/**/*.ts", "services/**/*.ts", "application/**/*.ts", "activities/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", noEnvironment, ...clockAndRandom] },
  },
  {
    files: [
      "functions/main.ts",
      "local/start.ts",
      "local/main/**/*.ts",
      "local/*/main.ts",
      "cli/main.ts",
      "scripts/**",
      "bench/**",
      "test/**",
    ],
    rules: { "no-restricted-syntax": "off" },
  },
  // A component is mostly the markup that it returns.
  {
    files: ["portal/**/*.tsx"],
    rules: { "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }] },
  },
  { files: ["cli/output/**", "local/console/**", "scripts/**", "bench/**"], rules: { "no-console": "off" } },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "no-restricted-properties": ["error", { object: "vi", property: "mock", message: "Fakes over mocks." }],
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        setInterval: "readonly",
        clearTimeout: "readonly",
        clearInterval: "readonly",
        fetch: "readonly",
        module: "writable",
        require: "readonly",
        __dirname: "readonly",
        performance: "readonly",
        AbortSignal: "readonly",
      },
    },
  },
);
