// The forwarder that answers MLflow's clients on a job's node, as files: a small one that listens, and one that is loaded when a program
// calls, made of the parts in `forwarder/`, one subject each. Python's own library is all that they need.
// Why it is so: docs/adr/0041-a-forwarder-answers-on-the-node.md
import answers from "./forwarder/answers.py";
import events from "./forwarder/events.py";
import known from "./forwarder/known.py";
import listen from "./forwarder/listen.py";
import main from "./forwarder/main.py";
import shipper from "./forwarder/shipper.py";
import spool from "./forwarder/spool.py";
import tfevents from "./forwarder/tfevents.py";

/** By name. Each part knows the names of those before it. */
export const forwarderFiles: Readonly<Record<string, string>> = {
  "listen.py": listen,
  "forward.py": [spool, known, shipper, answers, tfevents, events, main].join("\n"),
};
