// The story of docs/tutorial/first-ten-minutes.md: what is said, and what is typed (`asTyped`: as a reader would, with the usual port).
export const title = [
  "# The first ten minutes",
  "",
  "Recorded by `node scripts/record-tutorial.mjs`, which typed every line into a terminal; a test types them again. Paths, times, ports and",
  "numbers of processes were made the same. Node.js and Python 3 are all that has to be there.",
].join("\n");

export const files = {
  "train.py": `import json, os

slope, offset = 0.0, 0.0
points = [(x / 10, 2 * x / 10 + 1) for x in range(10)]
for epoch in range(1, 301):
    for x, y in points:
        error = slope * x + offset - y
        slope, offset = slope - 0.1 * error * x, offset - 0.1 * error
    if epoch % 100 == 0:
        print(f"epoch {epoch}: y = {slope:.3f} x + {offset:.3f}", flush=True)
os.makedirs("outputs", exist_ok=True)
with open("outputs/model.json", "w") as file:
    json.dump({"slope": round(slope, 3), "offset": round(offset, 3)}, file)
`,
};

export const steps = [
  {
    says: "A cloud, on this machine. It stays in the background until `batchai down`; its data is in `.batchai`.",
    types: "batchai up --port 0",
    asTyped: "batchai up",
  },
  { says: "A folder with a program that learns something, `train.py`:", shows: "train.py" },
  {
    says: "It runs on a node of a cluster. What is missing is made on the way; what the program says is shown as it comes, and what it wrote to `outputs` comes back.",
    types: "batchai run -n first -- python3 train.py",
  },
  { says: "There is the model:", types: "cat outputs/model.json; echo" },
  {
    says: "The names that were made up can be kept, so that no command wants them again:",
    types: "batchai config set workspace batchai && batchai config set experiment digits",
  },
  { says: "What ran, what it wrote, and what it said:", types: "batchai jobs" },
  { says: "Its folders of output:", types: "batchai ls first/stdouterr --query '[].name' -o tsv" },
  { says: "Its log, also long after:", types: "batchai logs first" },
  {
    says: "Something goes wrong: there is no `trian.py`. The command ends as the program does.",
    types: "batchai run -n second -- python3 trian.py",
    code: 2,
  },
  { says: "Why, in words, and what helps:", types: "batchai why second -o yaml" },
  { says: "What is known of a code:", types: "batchai explain JobFailed -o yaml" },
  {
    says: "The end. `batchai up` goes on where this left off. Next: [your own script, step by step](your-own-script.md), [sweeps](../how-to/sweeps.md), [all commands](../reference/commands.md).",
    types: "batchai down",
  },
];
