// Who may import whom. These rules are the architecture: arrows point one way, and the deployed app and the local
// cloud share no code, so that a bug in one cannot cancel itself out in the other.
// Why they are so: docs/adr/0001-record-decisions.md, docs/adr/0024-use-cases-have-a-room.md
const own = (folder) => `^${folder}/`;
/** @param {string} name @param {string} comment @param {string} from @param {string[]} allowed */
const only = (name, comment, from, allowed, exceptFrom) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, ...(exceptFrom ? { pathNot: exceptFrom } : {}) },
  to: {
    path: "^(activities|application|bench|cli|client|contracts|domain|functions|local|node|orchestrations|portal|scripts|services|test)/",
    pathNot: allowed,
  },
});
const packages = (name, comment, from, allowed, exceptFrom) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, ...(exceptFrom ? { pathNot: exceptFrom } : {}) },
  to: { dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "core"], pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A cycle is two modules that are really one, or a rule in the wrong place.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "not-to-dev-dep",
      comment: "The product installs from its dependencies alone.",
      severity: "error",
      from: {
        path: "^(activities|application|cli|client|contracts|domain|functions|local|orchestrations|services)/",
      },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    only("domain-is-pure", "The rules of the business know nothing of the world.", own("domain"), [
      own("domain"),
    ]),
    packages("domain-only-zod", "Pure TypeScript and zod.", own("domain"), ["node_modules/zod/"]),
    only("contracts-see-domain", "Names and shapes; no behaviour.", own("contracts"), [
      own("contracts"),
      own("domain"),
    ]),
    packages("contracts-only-zod", "Names and shapes; no behaviour.", own("contracts"), [
      "node_modules/zod/",
    ]),
    only("orchestrations-decide", "Generators decide with data they were given.", own("orchestrations"), [
      own("orchestrations"),
      own("contracts"),
      own("domain"),
    ]),
    packages("orchestrations-only-durable", "No I/O can be imported here.", own("orchestrations"), [
      "node_modules/(zod|durable-functions)/",
    ]),
    only(
      "application-is-what-the-service-does",
      "Use cases know who asks and what follows; neither HTTP nor Azure. The caller's rights were checked before.",
      own("application"),
      [own("application"), own("contracts"), own("domain"), "^services/[^/]+\\.ts$"],
    ),
    packages("application-needs-no-package", "It works on interfaces.", own("application"), []),
    only("activities-use-interfaces", "One side effect each, through an interface.", own("activities"), [
      own("activities"),
      own("application"),
      own("contracts"),
      own("domain"),
      "^services/[^/]+\\.ts$",
    ]),
    only(
      "service-interfaces-are-plain",
      "An interface mentions domain types and other interfaces only.",
      "^services/[^/]+\\.ts$",
      ["^services/[^/]+\\.ts$", own("domain")],
    ),
    only(
      "documents-know-no-azure",
      "What the service remembers, over a store of documents that anything may implement.",
      own("services/documents"),
      ["^services/[^/]+\\.ts$", own("services/documents"), own("domain")],
    ),
    packages("documents-only-zod", "No SDK: the store is an interface.", own("services/documents"), [
      "node_modules/zod/",
    ]),
    only(
      "azure-implements-interfaces",
      "Clients of Azure, each behind an interface; what is remembered is none of their business. Page tokens belong to both.",
      own("services/azure"),
      [
        "^services/[^/]+\\.ts$",
        own("services/azure"),
        "^services/documents/continuation\\.ts$",
        own("domain"),
      ],
      "^services/azure/create-services\\.ts$",
    ),
    only(
      "create-services-composes",
      "The one place that puts documents over Azure's tables.",
      "^services/azure/create-services\\.ts$",
      [own("services"), own("domain")],
    ),
    only(
      "functions-are-doorways",
      "Triggers parse, make one call, answer.",
      own("functions"),
      [own("functions"), own("application"), own("contracts"), own("domain"), "^services/[^/]+\\.ts$"],
      "^functions/main\\.ts$",
    ),
    only("main-wires-the-app", "The one place that wires the deployed app.", "^functions/main\\.ts$", [
      own("functions"),
      own("orchestrations"),
      own("activities"),
      own("contracts"),
      own("domain"),
      own("services"),
      own("node"),
    ]),
    only(
      "local-never-imports-the-app",
      "The local cloud hosts the built app and shares no code with it.",
      own("local"),
      [own("local")],
    ),
    only(
      "client-sees-the-wire",
      "A client of the public API like any other: wire schemas and ids, nothing of the service's inside.",
      own("client"),
      [own("client"), own("domain")],
    ),
    packages("client-only-zod", "It runs wherever there is fetch.", own("client"), ["node_modules/zod/"]),
    only(
      "cli-is-a-client",
      "The command line talks to the API through the client; it may start the local cloud, the emulator and the host by their fronts.",
      own("cli"),
      [
        own("cli"),
        own("client"),
        own("domain"),
        "^local/(start|running|batch-emulator/alone|functions-host/alone)\\.ts$",
      ],
    ),
    only(
      "portal-sees-the-wire-as-types",
      "Pages in a browser: the shapes of answers as types, which the build leaves out; the table of errors with their remedies; and what is said of jobs before and after, by the rules of the command line.",
      own("portal"),
      [
        own("portal"),
        "^domain/.*/(wire|schema|answers|attempt|batch-ai-error|errors|cluster-now)\\.ts$",
        own("domain/diagnosis"),
      ],
    ),
    {
      name: "portal-takes-types-only",
      comment: "Schemas would bring the library of schemas into the browser.",
      severity: "error",
      from: { path: own("portal") },
      to: {
        path: own("domain"),
        pathNot: "^domain/(shared/errors|job/cluster-now|diagnosis/[^/]+)\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "nothing-imports-tests",
      comment: "Tests, benches and scripts are leaves.",
      severity: "error",
      from: { pathNot: "^(test|bench|scripts)/" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "store-knows-no-meaning",
      comment: "local/<service>/store holds rows; service/ holds meaning; protocol/ holds the wire.",
      severity: "error",
      from: { path: "^local/([^/]+)/store/" },
      to: { path: "^local/$1/protocol/" },
    },
    {
      name: "service-knows-no-http",
      comment:
        "A service holds meaning and asks for nothing of HTTP: its commands answer values, its events are told to whoever listens.",
      severity: "error",
      from: { path: "^local/([^/]+)/service/" },
      to: { path: "^local/$1/protocol/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^dist/|test/fixtures)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
