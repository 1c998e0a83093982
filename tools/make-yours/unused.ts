import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

/** TypeScript's own quick fixes for imports, variables and parameters that nothing uses any more. */
export function removeUnused(config: ts.ParsedCommandLine, files: readonly string[]): void {
  const versions = new Map<string, number>();
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => config.options,
    getScriptFileNames: () => config.fileNames,
    getScriptVersion: (file) => String(versions.get(file) ?? 0),
    getScriptSnapshot: (file) => (ts.sys.fileExists(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, 'utf8')) : undefined),
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (file) => ts.sys.fileExists(file),
    readFile: (file) => ts.sys.readFile(file),
    readDirectory: (...args) => ts.sys.readDirectory(...args),
    directoryExists: (folder) => ts.sys.directoryExists(folder),
    getDirectories: (folder) => ts.sys.getDirectories(folder),
  };
  const service = ts.createLanguageService(host);
  for (let round = 0, changed = true; changed && round < 10; round++) {
    changed = false;
    for (const file of files) {
      for (const fixId of ['unusedIdentifier_deleteImports', 'unusedIdentifier_delete']) {
        const text = readFileSync(file, 'utf8');
        const result = hasUnused(service, file) ? fixed(service, file, fixId, text) : text;
        if (result === text) continue;
        writeFileSync(file, result);
        versions.set(file, (versions.get(file) ?? 0) + 1);
        changed = true;
      }
    }
  }
  service.dispose();
}

const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6199, 6205]);

const hasUnused = (service: ts.LanguageService, file: string): boolean =>
  service.getSemanticDiagnostics(file).some(({ code }) => UNUSED.has(code));

function fixed(service: ts.LanguageService, file: string, fixId: string, text: string): string {
  const { changes } = service.getCombinedCodeFix({ type: 'file', fileName: file }, fixId, {}, {});
  const edits = changes.flatMap(({ textChanges }) => textChanges).toSorted((a, b) => b.span.start - a.span.start);
  return edits.reduce(
    (result, { span, newText }) => result.slice(0, span.start) + newText + result.slice(span.start + span.length),
    text,
  );
}
