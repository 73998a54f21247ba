// The build inlines the parts of the launcher as text.
declare module "*.sh" {
  const text: string;
  export default text;
}
