// What the machine of a file server runs at its first boot: a script without placeholders, which cloud-init writes and starts.
import setup from "./file-server/setup.sh";

export const fileServerSetup = setup;
