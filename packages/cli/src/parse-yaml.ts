// YAML of a configuration file, in a file of its own: it is loaded only when such a file is there.
export { parse as parseYaml } from "yaml";
