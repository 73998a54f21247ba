// Set-up of `npm run test:late`: in the process of each test file one answer in ten, and one timer in ten, comes up to 0.4 s
// late, as on a busy machine. Tests that are only right when they are quicker than what they watch fail with it.
import { ClientRequest } from "node:http";

const share = 0.1;
const longestMs = 400;
const latenessMs = () => (Math.random() < share ? Math.random() * longestMs : 0);
const timely = globalThis.setTimeout;

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the request that emits
const { emit } = ClientRequest.prototype;
ClientRequest.prototype.emit = function (this: ClientRequest, event: string | symbol, ...values: unknown[]) {
  const late = event === "response" ? latenessMs() : 0;
  const deliver = () => Reflect.apply(emit, this, [event, ...values]);
  if (late === 0) return deliver();
  timely(deliver, late);
  return true;
} as typeof emit;

const fetchAtOnce = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const answer = await fetchAtOnce(...request);
  await new Promise((resolve) => timely(resolve, latenessMs()));
  return answer;
};

type Action = (...values: unknown[]) => void;
globalThis.setTimeout = Object.assign(
  (action: Action, ms?: number, ...values: unknown[]) => timely(action, (ms ?? 0) + latenessMs(), ...values),
  timely,
);
