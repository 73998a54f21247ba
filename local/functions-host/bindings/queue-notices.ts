// Tells a queue's listener in this host that a function of this host has just put a message there, so that it need not wait for its next look, as the
// real host's shared queue watcher does.
export interface QueueNotices {
  sent(queueName: string): void;
  /** Calls `wake` after each message sent to that queue by this host. */
  onSent(queueName: string, wake: () => void): void;
}

export function queueNotices(): QueueNotices {
  const listeners = new Map<string, (() => void)[]>();
  return {
    sent: (queueName) => listeners.get(queueName)?.forEach((wake) => wake()),
    onSent: (queueName, wake) => void listeners.set(queueName, [...(listeners.get(queueName) ?? []), wake]),
  };
}
