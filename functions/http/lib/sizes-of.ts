import { vmSizePattern } from "../../../domain/cluster/vm-size.ts";
import { AppError } from "../../../domain/shared/errors.ts";

const mostSizes = 20;

/** VM sizes that a query names, comma-separated; none where it names none. @throws AppError InvalidQueryParameter */
export function sizesOf(text: string | undefined): readonly string[] {
  const sizes = (text ?? "").split(",").filter((size) => size !== "");
  if (sizes.length <= mostSizes && sizes.every((size) => vmSizePattern.test(size))) return sizes;
  throw new AppError(
    "InvalidQueryParameter",
    `vmsizes: expected names of VM sizes such as 'STANDARD_D2S_V5', comma-separated, ${mostSizes} at most.`,
    { target: "vmsizes" },
  );
}
