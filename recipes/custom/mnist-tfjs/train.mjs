// Trains a small network on handwritten digits with TensorFlow.js (WebAssembly back end) and keeps the model.
//   node train.cjs --data DIR --model DIR [--epochs 10] [--seed 7]
// Reads the IDX files from --data, reports progress line by line, tests on the held-out digits only once, at the end.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    epochs: { type: "string", default: "10" },
    "batch-size": { type: "string", default: "64" },
    seed: { type: "string", default: "7" },
  },
});

function required(name) {
  const value = options[name];
  if (value) return value;
  console.error(`train: --${name} DIR is missing`);
  process.exit(2);
}

async function readIdx(path, headerBytes) {
  const file = await readFile(path);
  return { count: file.readUInt32BE(4), bytes: file.subarray(headerBytes) };
}

/** Images as float32 [count, 784] in 0..1 and labels as bytes. */
async function load(directory, half) {
  const images = await readIdx(join(directory, `${half}-images-idx3-ubyte`), 16);
  const labels = await readIdx(join(directory, `${half}-labels-idx1-ubyte`), 8);
  return {
    count: images.count,
    pixels: Float32Array.from(images.bytes, (value) => value / 255),
    labels: labels.bytes,
  };
}

/** Fisher-Yates driven by a seed (mulberry32), so that a run can be repeated. */
function shuffled(count, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}

function batch(set, order, from, size) {
  const length = Math.min(size, order.length - from);
  const pixels = new Float32Array(length * 784);
  const targets = new Float32Array(length * 10);
  for (let row = 0; row < length; row += 1) {
    const source = order[from + row];
    pixels.set(set.pixels.subarray(source * 784, (source + 1) * 784), row * 784);
    targets[row * 10 + set.labels[source]] = 1;
  }
  return [tf.tensor2d(pixels, [length, 784]), tf.tensor2d(targets, [length, 10])];
}

function accuracy(model, set) {
  const predicted = tf.tidy(() =>
    tf.argMax(model.predict(tf.tensor2d(set.pixels, [set.count, 784])), 1).dataSync(),
  );
  return (
    predicted.reduce((right, label, index) => right + (label === set.labels[index] ? 1 : 0), 0) / set.count
  );
}

/** The model in TensorFlow.js' own file layout: model.json and weights.bin. */
async function save(model, directory) {
  await mkdir(directory, { recursive: true });
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }) => {
      const weights = Buffer.from(
        weightData instanceof ArrayBuffer
          ? weightData
          : Buffer.concat(weightData.map((part) => Buffer.from(part))),
      );
      await writeFile(join(directory, "weights.bin"), weights);
      const manifest = {
        format: "layers-model",
        modelTopology,
        weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
      };
      await writeFile(join(directory, "model.json"), JSON.stringify(manifest));
      return {
        modelArtifactsInfo: {
          dateSaved: new Date(),
          modelTopologyType: "JSON",
          weightDataBytes: weights.length,
        },
      };
    },
  });
}

async function main() {
  const dataDirectory = required("data");
  const modelDirectory = required("model");
  setWasmPaths(`${dirname(resolve(process.argv[1]))}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  const epochs = Number(options.epochs);
  const batchSize = Number(options["batch-size"]);
  const seed = Number(options.seed);
  const [train, test] = await Promise.all([load(dataDirectory, "train"), load(dataDirectory, "test")]);
  console.log(
    `node ${process.env.AZ_BATCH_NODE_ID ?? "(no cluster)"}: ${train.count} digits to train on, ${test.count} held out, TensorFlow.js ${tf.version_core} (${tf.getBackend()})`,
  );

  const initializer = (offset) => initializers.glorotUniform({ seed: seed + offset });
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [784], units: 64, activation: "relu", kernelInitializer: initializer(1) }),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: initializer(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.002), loss: "categoricalCrossentropy", metrics: ["accuracy"] });

  const started = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    const order = shuffled(train.count, seed + epoch);
    let loss = 0;
    let right = 0;
    for (let from = 0; from < train.count; from += batchSize) {
      const [inputs, targets] = batch(train, order, from, batchSize);
      const [batchLoss, batchAccuracy] = await model.trainOnBatch(inputs, targets);
      loss += batchLoss * inputs.shape[0];
      right += batchAccuracy * inputs.shape[0];
      tf.dispose([inputs, targets]);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `epoch ${epoch}/${epochs} loss ${(loss / train.count).toFixed(4)} accuracy ${((100 * right) / train.count).toFixed(2)} % (${seconds} s)`,
    );
  }
  await save(model, modelDirectory);
  console.log(`test accuracy ${(100 * accuracy(model, test)).toFixed(2)} % on ${test.count} held-out digits`);
}

await main();
