// Checks rendered manifests as the API server would, without a cluster.
// Usage: node validate.mjs FILE…   Prints a line for each fault, and exits with 1 if there are any.
//
// Two checks, because neither finds everything: the validators of kubernetes-models find wrong types, missing fields and wrong formats;
// the TypeScript types of the same packages find unknown fields. Also finds duplicate keys and files without a manifest. Kinds of other
// API groups, such as ExternalSecret, have no schema here and are not checked.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import YAML from 'yaml';

const packages = ['kubernetes-models', '@kubernetes-models/prometheus-operator'];
const known = /^([a-z]+|[a-z.]+\.k8s\.io|monitoring\.coreos\.com)$/; // the API groups of these packages
const faults = new Set();

/** Reads YAML 1.1 as Kubernetes does: yes is a boolean and 0444 is octal, but a date is a string. */
function read(file) {
  const isDate = (tag) => tag.format === 'TIME' || tag.tag === 'tag:yaml.org,2002:timestamp';
  const options = { version: '1.1', customTags: (tags) => tags.filter((tag) => !isDate(tag)) };
  const documents = YAML.parseAllDocuments(fs.readFileSync(file, 'utf8'), options);
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length) {
    errors.forEach((error) => faults.add(`${file}: ${error.message.split('\n')[0]}`));
    return [];
  }
  const objects = documents.map((document) => document.toJS()).filter((object) => object !== null);
  const manifests = objects.flatMap((object) => (object.kind === 'List' ? object.items : [object]));
  if (!manifests.length) faults.add(`${file}: no manifest`);
  return manifests.map((object) => ({ object, file, name: `${object.kind} ${object.metadata?.name}` }));
}

/** Returns the module with the validator and the type of the manifest's kind. */
async function moduleOf({ object, file, name }) {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !object.metadata?.name) {
    faults.add(`${file}: ${name}: apiVersion, kind or metadata.name is missing`);
    return null;
  }
  for (const module of packages.map((name) => `${name}/${apiVersion}/${kind}`)) {
    try {
      return { module, Model: (await import(module))[kind] };
    } catch (error) {
      if (!['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(error.code)) throw error;
    }
  }
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : 'core';
  if (known.test(group)) faults.add(`${file}: ${name}: ${apiVersion} has no kind ${kind}`);
  return null;
}

function checkSchema({ object, file, name, Model }) {
  try {
    new Model(object).validate();
  } catch (error) {
    if (!error.errors) throw error;
    for (const { instancePath, message } of error.errors) faults.add(`${file}: ${name}: ${instancePath} ${message}`);
  }
}

/** Writes each manifest as a literal of its type into one source file, which exists only in memory, and reports the compiler's errors. */
function checkTypes(manifests) {
  const file = fileURLToPath(new URL('manifests.mts', import.meta.url));
  const modules = [...new Set(manifests.map(({ module }) => module))];
  let source = modules.map((module, i) => `import type { I${module.split('/').pop()} as T${i} } from '${module}';\n`).join('');
  const starts = manifests.map(({ object, module }) => {
    const start = source.length;
    // For the API server, a null is an absent field.
    source += `({${JSON.stringify(object, withoutNull).slice(1)}) satisfies T${modules.indexOf(module)};\n`;
    return start;
  });
  const options = {
    noEmit: true, strict: true, skipLibCheck: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, source, ...rest) : getSourceFile(name, ...rest));
  const program = ts.createProgram([file], options, host);
  const tree = program.getSourceFile(file);
  for (const { start, messageText } of [...program.getSyntacticDiagnostics(tree), ...program.getSemanticDiagnostics(tree)]) {
    const text = ts.flattenDiagnosticMessageText(messageText, ': ').replace(/\s+/g, ' ');
    const manifest = manifests[starts.filter((at) => at <= start).length - 1];
    if (!manifest) throw new Error(text);
    faults.add(`${manifest.file}: ${manifest.name}: ${text} (at ${source.slice(start, start + 40).split('\n')[0]})`);
  }
}

function withoutNull(key, value) {
  return value === null && !Array.isArray(this) ? undefined : value;
}

const files = process.argv.slice(2);
if (!files.length) faults.add('no files');
const manifests = files.flatMap(read);
// Many renders contain the same manifests.
const distinct = [...new Map(manifests.map((manifest) => [JSON.stringify(manifest.object), manifest])).values()];
const typed = [];
for (const manifest of distinct) {
  const found = await moduleOf(manifest);
  if (found) typed.push({ ...manifest, ...found });
}
typed.forEach(checkSchema);
checkTypes(typed);
for (const fault of faults) console.log(fault);
process.exitCode = faults.size ? 1 : 0;
