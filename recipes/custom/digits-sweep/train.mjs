// A network with one hidden layer on handwritten digits, in plain Node: learning rate, width and batch size are parameters
// of the sweep. Reports its accuracy after every epoch and leaves its weights in the model directory.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { PARAM_RATE, PARAM_WIDTH, PARAM_BATCH, AZ_BATCHAI_INPUT_DATA, AZ_BATCHAI_OUTPUT_MODEL } = process.env;
const [rate, width, batch] = [PARAM_RATE, PARAM_WIDTH, PARAM_BATCH].map(Number);
const epochs = Number(process.env.EPOCHS ?? 9);
const [pixels, classes] = [784, 10];

function load(half, count) {
  const read = (name, header) =>
    readFileSync(join(AZ_BATCHAI_INPUT_DATA, `${half}-${name}-ubyte`)).subarray(header);
  const labels = read("labels-idx1", 8).subarray(0, count);
  const images = Float32Array.from(read("images-idx3", 16).subarray(0, count * pixels), (byte) => byte / 255);
  return { images, labels, count: labels.length };
}

let state = 12345;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const matrix = (rows, columns) =>
  Float32Array.from({ length: rows * columns }, () => ((random() * 2 - 1) * Math.sqrt(3)) / Math.sqrt(rows));

const first = matrix(pixels, width);
const second = matrix(width, classes);
const hidden = new Float32Array(width);
const scores = new Float32Array(classes);

function predict({ images }, index) {
  hidden.fill(0);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const value = images[index * pixels + pixel];
    if (value === 0) continue;
    for (let unit = 0; unit < width; unit += 1) hidden[unit] += value * first[pixel * width + unit];
  }
  for (let unit = 0; unit < width; unit += 1) hidden[unit] = Math.max(0, hidden[unit]);
  scores.fill(0);
  for (let unit = 0; unit < width; unit += 1)
    for (let label = 0; label < classes; label += 1)
      scores[label] += hidden[unit] * second[unit * classes + label];
  const most = Math.max(...scores);
  let sum = 0;
  for (let label = 0; label < classes; label += 1) sum += scores[label] = Math.exp(scores[label] - most);
  for (let label = 0; label < classes; label += 1) scores[label] /= sum;
}

/** One step of gradient descent on the mean of a batch. */
function learn(data, from, to) {
  const size = to - from;
  const changeOfSecond = new Float32Array(second.length);
  const changeOfFirst = new Float32Array(first.length);
  const back = new Float32Array(width);
  for (let index = from; index < to; index += 1) {
    predict(data, index);
    scores[data.labels[index]] -= 1;
    for (let unit = 0; unit < width; unit += 1) {
      let gradient = 0;
      for (let label = 0; label < classes; label += 1) {
        gradient += scores[label] * second[unit * classes + label];
        changeOfSecond[unit * classes + label] += hidden[unit] * scores[label];
      }
      back[unit] = hidden[unit] > 0 ? gradient : 0;
    }
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const value = data.images[index * pixels + pixel];
      if (value === 0) continue;
      for (let unit = 0; unit < width; unit += 1) changeOfFirst[pixel * width + unit] += value * back[unit];
    }
  }
  for (let at = 0; at < second.length; at += 1) second[at] -= (rate * changeOfSecond[at]) / size;
  for (let at = 0; at < first.length; at += 1) first[at] -= (rate * changeOfFirst[at]) / size;
}

const training = load("train", 2000);
const held = load("test", 500);
mkdirSync(AZ_BATCHAI_OUTPUT_MODEL, { recursive: true });
for (let epoch = 1; epoch <= epochs; epoch += 1) {
  for (let from = 0; from < training.count; from += batch)
    learn(training, from, Math.min(from + batch, training.count));
  let right = 0;
  for (let index = 0; index < held.count; index += 1) {
    predict(held, index);
    if (scores.indexOf(Math.max(...scores)) === held.labels[index]) right += 1;
  }
  const accuracy = right / held.count;
  appendFileSync(
    process.env.AZ_BATCHAI_METRICS_FILE,
    `${JSON.stringify({ name: "accuracy", value: accuracy, step: epoch })}\n`,
  );
  console.log(`epoch ${epoch}: accuracy ${accuracy}`);
  writeFileSync(
    join(AZ_BATCHAI_OUTPUT_MODEL, "weights.json"),
    JSON.stringify({ width, first: [...first], second: [...second] }),
  );
}
