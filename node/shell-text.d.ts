// The build inlines the parts of the launcher, and of the forwarder that it starts, as text.
declare module "*.sh" {
  const text: string;
  export default text;
}
declare module "*.py" {
  const text: string;
  export default text;
}
