// Prints errors in the issue forms and in dependabot.yml, which only GitHub can use. Usage: node forms.mjs ROOT
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

const root = process.argv[2];
const forms = ".github/ISSUE_TEMPLATE";

// For each type of a form's fields: the attributes that are required, and all that are valid.
const fields = {
  markdown: { required: ["value"], valid: ["value"] },
  input: { required: ["label"], valid: ["label", "description", "placeholder", "value"] },
  textarea: { required: ["label"], valid: ["label", "description", "placeholder", "value", "render"] },
  dropdown: { required: ["label", "options"], valid: ["label", "description", "multiple", "options", "default"] },
  checkboxes: { required: ["label", "options"], valid: ["label", "description", "options"] },
};

// For each ecosystem: a file that its folder must contain.
const manifests = {
  nuget: "Directory.Packages.props",
  "github-actions": ".github/workflows",
  docker: "Dockerfile",
  npm: "package-lock.json",
};

let file;
function report(message) {
  console.log(`${file}: ${message}`);
  process.exitCode = 1;
}

function read(path) {
  file = path;
  const document = parseDocument(readFileSync(join(root, path), "utf8"));
  for (const { message } of [...document.errors, ...document.warnings]) report(message);
  return document.errors.length === 0 ? document.toJS() : null;
}

// Reports keys of an object that are missing, empty or unknown.
function checkKeys(object, where, required, valid = required) {
  for (const key of required) {
    const value = object?.[key];
    if (value === undefined || value === null || value === "" || value.length === 0) report(`${where}: ${key} is missing`);
  }
  for (const key of Object.keys(object ?? {})) if (!valid.includes(key)) report(`${where}: ${key} is not a valid key`);
}

function checkField(field, where) {
  checkKeys(field, where, ["type", "attributes"], ["type", "id", "attributes", "validations"]);
  const type = fields[field.type];
  if (!type) return report(`${where}: ${field.type} is not a valid type`);
  checkKeys(field.attributes, where, type.required, type.valid);
  checkKeys(field.validations, where, [], ["required"]);
  for (const option of field.attributes?.options ?? []) {
    if (field.type === "checkboxes") checkKeys(option, `${where}, options`, ["label"], ["label", "required"]);
    else if (typeof option !== "string") report(`${where}: the option ${option} is not a text`);
  }
}

function checkDuplicates(values, where) {
  const duplicate = values.find((value, index) => value !== undefined && values.indexOf(value) !== index);
  if (duplicate) report(`${where}: ${duplicate} occurs twice`);
}

function checkForm(path) {
  const form = read(path);
  if (!form) return;
  checkKeys(form, "form", ["name", "description", "body"], ["name", "description", "title", "labels", "assignees", "body"]);
  const body = form.body ?? [];
  body.forEach((field, index) => checkField(field, field.id ?? `field ${index + 1}`));
  checkDuplicates(body.map(field => field.id), "ids");
  checkDuplicates(body.map(field => field.attributes?.label), "labels");
  if (body.every(field => field.type === "markdown")) report("there is no field to fill in");
  for (const [, name] of readFileSync(join(root, path), "utf8").matchAll(/\.\.\/blob\/main\/([\w./-]+)/g))
    if (!existsSync(join(root, name))) report(`${name} does not exist`);
}

function checkChooser(path) {
  const chooser = read(path);
  checkKeys(chooser, "chooser", ["contact_links"], ["blank_issues_enabled", "contact_links"]);
  for (const link of chooser?.contact_links ?? []) {
    checkKeys(link, "contact_links", ["name", "url", "about"]);
    if (!/^https:\/\//.test(link.url)) report(`contact_links: ${link.url} is not an https address`);
  }
}

function checkDependabot(path) {
  const configuration = read(path);
  checkKeys(configuration, "configuration", ["version", "updates"]);
  if (configuration?.version !== 2) report("version: the value must be 2");
  for (const update of configuration?.updates ?? []) {
    const ecosystem = update["package-ecosystem"];
    const folders = update.directories ?? [update.directory];
    const required = ["package-ecosystem", update.directories ? "directories" : "directory", "schedule", "groups"];
    checkKeys(update, ecosystem, required);
    if (!["daily", "weekly", "monthly"].includes(update.schedule?.interval)) report(`${ecosystem}: the interval is not valid`);
    if (!manifests[ecosystem]) report(`${ecosystem} is not a known ecosystem`);
    for (const folder of folders) {
      const manifest = manifests[ecosystem] ?? "";
      if (!existsSync(join(root, `.${folder}`, manifest))) report(`${ecosystem}: ${folder} has no ${manifest}`);
    }
  }
}

const names = readdirSync(join(root, forms));
for (const name of names) (name === "config.yml" ? checkChooser : checkForm)(`${forms}/${name}`);
checkDependabot(".github/dependabot.yml");
