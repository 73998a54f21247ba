// Why an app cannot be hosted, with every problem at once: each names the function and binding, or the file, at fault.
export class HostStartError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : `The app cannot be hosted:\n- ${problems.join("\n- ")}`);
    this.name = "HostStartError";
    this.problems = problems;
  }
}
