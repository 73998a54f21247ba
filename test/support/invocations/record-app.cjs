// An app with a function of every kind that ours uses, which writes down what passes between its host and the genuine programming model: what is
// registered, each request as the model gets it, each answer as the model gives it. INVOCATIONS_FILE names where.
"use strict";
const { appendFileSync } = require("node:fs");
const core = require("@azure/functions-core");
const { app, output } = require("@azure/functions");
const df = require("durable-functions");

const plain = (value) =>
  JSON.parse(
    JSON.stringify(value, (_name, one) =>
      one?.type === "Buffer" ? { base64: Buffer.from(one.data).toString("base64") } : one,
    ),
  );
const write = (line) => appendFileSync(process.env.INVOCATIONS_FILE, `${JSON.stringify(plain(line))}\n`);

app.http("web", {
  route: "items/{id:int}",
  methods: ["PUT"],
  handler: async (request) => ({
    status: 201,
    headers: { "x-made": "yes" },
    cookies: [{ name: "seen", value: "1", path: "/", sameSite: "Strict" }],
    jsonBody: { id: request.params.id, mode: request.query.get("mode"), sent: await request.json() },
  }),
});
app.http("silent", { methods: ["GET"], handler: () => undefined });
app.timer("tick", { schedule: "0 0 3 1 1 *", handler: (timer) => void timer.isPastDue });
app.storageQueue("queue", {
  queueName: "items-in",
  connection: "AzureWebJobsStorage",
  return: output.storageQueue({ queueName: "items-out", connection: "AzureWebJobsStorage" }),
  handler: (message, context) => ({ doubled: message * 2, times: context.triggerMetadata.dequeueCount }),
});
app.storageBlob("blob", {
  path: "uploads/{file}.txt",
  connection: "AzureWebJobsStorage",
  return: output.storageBlob({ path: "lengths/{file}.txt", connection: "AzureWebJobsStorage" }),
  handler: (content, context) => `${context.triggerMetadata.file} has ${content.length} bytes`,
});
df.app.entity("count", (context) => {
  context.df.setState((context.df.getState() ?? 0) + context.df.getInput());
});
df.app.orchestration("orchestrate", function* (context) {
  return yield context.df.callActivity("act", { of: context.df.getInput() });
});
df.app.activity("act", { handler: (input) => ({ got: input }) });
df.app.client.http("start", {
  route: "start",
  methods: ["POST"],
  handler: async (_request, client) => {
    await client.signalEntity(new df.EntityId("count", "one"), "add", 2);
    return { body: await client.startNew("orchestrate", { instanceId: "one", input: 7 }) };
  },
});

const model = core.getProgrammingModel();
const inner = model.getInvocationModel.bind(model);
model.getInvocationModel = (context) => {
  const { name } = context.metadata;
  write({ function: name, request: context.request });
  const invocation = inner(context);
  const respond = invocation.getResponse.bind(invocation);
  invocation.getResponse = async (...given) => {
    const response = await respond(...given);
    write({ function: name, response });
    return response;
  };
  return invocation;
};
