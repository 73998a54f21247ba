// Documented codes that no request can bring the emulator to answer.
const atOnce = "the emulator makes it in one step, so that nobody meets it half made";
/** Code → the reason. */
export const cannotOccur: Readonly<Record<string, string>> = {
  MetadataTooLarge: "the service publishes no limit below that of the request's body, which is 413 here",
  TaskDependencyRangesTooLong: "the service publishes no limit on ranges",
  AccountIsDisabled: "the one account of an emulator is never disabled",
  IOError: "a disk that fails is an InternalError here",
  CertificateBeingDeleted: atOnce,
  NodeAgentSKUNotFound:
    "any agent is accepted: those for Linux are all this machine, Windows nodes are simulated",
  JobPreparationTaskNotRunOnNode:
    "no operation asks for the preparation or release task of one node; the list of all leaves out who had none",
  JobReleaseTaskNotRunOnNode:
    "no operation asks for the preparation or release task of one node; the list of all leaves out who had none",
  PoolBeingCreated: atOnce,
  JobBeingStarted: atOnce,
  NodeBeingCreated: "NodeNotReady says the same of every state in which a node cannot be worked on",
  NodeBeingStarted: "NodeNotReady says the same of every state in which a node cannot be worked on",
  NodeStateUnusable: "an unusable node can be rebooted and looked at, which is all that is offered",
  JobDisabled: "a disabled job takes new tasks, and may be disabled again",
  OperationNotValidOnPool:
    "operations that a pool cannot have are refused as those of its nodes or by property",
  MissingContentLengthHeader: "the emulator takes chunked bodies",
  OperationTimedOut: "the emulator gives up on no request by itself",
};
