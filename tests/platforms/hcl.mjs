// Prints an HCL file as JSON.
import { readFileSync } from "node:fs";
import parser from "hcl2-parser";

const [content, error] = parser.parseToObject(readFileSync(process.argv[2], "utf8"));
if (error) throw new Error(error);
console.log(JSON.stringify(content));
