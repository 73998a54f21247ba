// Says in the operation that clients poll why it cannot go on.
import { failOperation as contract } from "../../contracts/shared-activities.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const failOperation = defineActivity(
  contract,
  async (services, { operationId: id, code, message }) => {
    const error = { code, message };
    await services.operations.close(id, { status: "Failed", error }, timestamp(services.clock));
    return undefined;
  },
);
