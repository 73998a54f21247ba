// A refusal of the local resource manager: status and code as Azure Resource Manager has them, the message our own.
export class ResourceFault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
