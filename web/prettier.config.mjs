// How scripts/fmt formats TypeScript, JavaScript, CSS, HTML and shell.
import * as shell from "prettier-plugin-sh";

export default { printWidth: 140, plugins: [shell], spaceRedirects: false, binaryNextLine: false };
