// Does with the genuine programming model what Azure's Node worker does, step by step as its source has it (github.com/Azure/azure-functions-nodejs-worker:
// src/coreApi/registerFunction.ts, src/eventHandlers/InvocationHandler.ts): tells what the app registers, and answers requests. The converters of
// that source rename the values of choices and change nothing else.
"use strict";
const Module = require("node:module");

const functions = new Map();
let model;
const core = {
  version: "3.11.0",
  hostVersion: "4.0.0",
  setProgrammingModel: (given) => void (model = given),
  getProgrammingModel: () => model,
  registerFunction(metadata, callback) {
    const { bindings, ...rest } = metadata;
    // "`rawBindings` is what's actually used by the host"; scriptFile is only validated.
    const rawBindings = Object.entries(bindings).map(([name, binding]) =>
      JSON.stringify({ ...binding, name }),
    );
    functions.set(metadata.name, {
      metadata,
      callback,
      told: { ...rest, bindings, rawBindings, scriptFile: "n/a" },
    });
    return { dispose() {} };
  },
  registerHook: () => ({ dispose() {} }),
  log() {},
};
const resolve = Module._resolveFilename;
Module._resolveFilename = (id, ...rest) => (id === "@azure/functions-core" ? id : resolve(id, ...rest));
require.cache["@azure/functions-core"] = Object.assign(new Module("@azure/functions-core"), {
  loaded: true,
  exports: core,
});
require("./record-app.cjs");

const bytes = (value) =>
  JSON.parse(JSON.stringify(value), (_name, one) =>
    typeof one?.base64 === "string" ? Buffer.from(one.base64, "base64") : one,
  );

async function answer({ function: name, request }) {
  const { metadata, callback } = functions.get(name);
  const context = {
    invocationId: request.invocationId,
    metadata,
    request: bytes(request),
    state: undefined,
    log() {},
  };
  const invocation = await model.getInvocationModel(context);
  const { context: given, inputs } = await invocation.getArguments();
  context.state = "invocation";
  const result = await invocation.invokeFunction(given, inputs, callback);
  context.state = undefined;
  return invocation.getResponse(given, result);
}

process.on("message", async (requests) => {
  const capabilities = await model.getCapabilities({ RawHttpBodyBytes: "true" });
  for (const request of requests) await answer(request);
  process.send({ functions: [...functions.values()].map(({ told }) => told), capabilities }, () =>
    process.exit(),
  );
});
