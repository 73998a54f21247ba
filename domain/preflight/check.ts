// One thing that a deployment needs in order to run jobs, and whether it is there.
export interface Check {
  readonly name: string;
  /** `failed`: no job can run because of it. `warning`: some cannot, or soon none will, or it cannot be told. */
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  /** What to do; absent where nothing is to be done. */
  readonly remedy?: string | undefined;
}

export const fine = (name: string, detail: string): Check => ({ name, status: "ok", detail });
export const warning = (name: string, detail: string, remedy: string): Check => ({
  name,
  status: "warning",
  detail,
  remedy,
});
export const failure = (name: string, detail: string, remedy: string): Check => ({
  name,
  status: "failed",
  detail,
  remedy,
});
