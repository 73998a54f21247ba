// Calls about one thing that wait together are one call. Invariant: a call begins after everybody whom it serves has asked, so
// that each is served by one that sees what was there when it asked.

interface Calls<Result> {
  readonly underWay: Promise<Result>;
  /** Begins when the one under way is over. */
  next?: Promise<Result>;
}

export function sharedCalls<Result>(): (name: string, call: () => Promise<Result>) => Promise<Result> {
  const things = new Map<string, Calls<Result>>();
  const begin = (name: string, call: () => Promise<Result>): Promise<Result> => {
    const calls: Calls<Result> = { underWay: call() };
    things.set(name, calls);
    const over = () => {
      if (calls.next === undefined) things.delete(name);
    };
    calls.underWay.then(over, over);
    return calls.underWay;
  };
  return (name, call) => {
    const calls = things.get(name);
    if (calls === undefined) return begin(name, call);
    const follow = () => begin(name, call);
    calls.next ??= calls.underWay.then(follow, follow);
    return calls.next;
  };
}
