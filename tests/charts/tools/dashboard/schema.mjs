// Checks a dashboard with the TypeScript compiler against grafana.ts.
import ts from 'typescript';
import { fileURLToPath } from 'node:url';

// The compiler reads this file from memory. It contains the dashboard as a literal, because only then are unknown members errors.
const literal = fileURLToPath(new URL('dashboard-literal.ts', import.meta.url));
const options = {
  strict: true, noEmit: true, skipLibCheck: true, types: [],
  target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const files = new Map();
let program;

/** @returns A message for each error, which begins with the line of the dashboard. */
export function findSchemaErrors(dashboard) {
  const text = `import type { Dashboard } from './grafana';\nconst dashboard: Dashboard =\n${JSON.stringify(dashboard, null, 1)};\n`;
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, languageVersion) => {
    if (name === literal) return ts.createSourceFile(name, text, languageVersion);
    if (!files.has(name)) files.set(name, getSourceFile.call(host, name, languageVersion));
    return files.get(name);
  };
  program = ts.createProgram([literal], options, host, program);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const place = file?.fileName === literal
      ? text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', start)).trim()
      : file?.fileName;
    return `${place} ${ts.flattenDiagnosticMessageText(messageText, '\n').split('\n').at(-1).trim()}`;
  });
}
