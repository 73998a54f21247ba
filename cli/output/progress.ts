// Tells a person how far things are: on a terminal one live status line under the text, elsewhere plain lines.
// Everything printed goes to standard output; nothing is printed twice.
import { createLogUpdate } from "log-update";
import pc from "picocolors";

export interface Progress {
  /** A step begins; returns what ends it. */
  step(title: string): { done(detail?: string): void };
  /** A line of output that stays, such as the job's own. */
  line(text: string): void;
  /** Removes the live line; nothing more follows. */
  close(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export function createProgress(stream: NodeJS.WriteStream = process.stdout): Progress {
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function plainProgress(stream: NodeJS.WritableStream): Progress {
  const line = (text: string) => void stream.write(`${text}\n`);
  return {
    line,
    close: () => {},
    step(title) {
      const started = performance.now();
      line(`${title} ...`);
      return {
        done: (detail) => line(`${title}: ${detail ?? "done"} (${seconds(performance.now() - started)})`),
      };
    },
  };
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const live = createLogUpdate(stream);
  let current: { title: string; started: number } | undefined;
  let frame = 0;
  const draw = () => {
    if (!current) return;
    const elapsed = pc.dim(seconds(performance.now() - current.started));
    live(`${pc.cyan(frames[frame++ % frames.length] ?? "")} ${current.title} ${elapsed}`);
  };
  const timer = setInterval(draw, 120);
  timer.unref();
  const line = (text: string) => {
    live.clear();
    stream.write(`${text}\n`);
    draw();
  };
  return {
    line,
    close: () => {
      clearInterval(timer);
      live.clear();
      live.done();
    },
    step(title) {
      const step = { title, started: performance.now() };
      current = step;
      draw();
      return {
        done: (detail) => {
          if (current === step) current = undefined;
          live.clear();
          const tail = pc.dim(seconds(performance.now() - step.started));
          stream.write(`${pc.green("✔")} ${title}${detail ? `: ${detail}` : ""} ${tail}\n`);
        },
      };
    },
  };
}
