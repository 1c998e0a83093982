import ts from 'typescript';
import { type Name, OLD } from './name.ts';
import { renameText } from './rename-text.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** TypeScript and JavaScript: identifiers get a form that is one, everything between them is text. */
export function renameSource(file: string, text: string, name: Name): string {
  if (!/baton/i.test(text)) return text;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && /baton/i.test(node.text)) edits.push(editOf(node, source, name));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return between(text, edits, (part) => renameText(part, name));
}

function between(text: string, edits: readonly Edit[], rename: (part: string) => string): string {
  let result = '';
  let end = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += rename(text.slice(end, edit.start)) + edit.text;
    end = edit.end;
  }
  return result + rename(text.slice(end));
}

function editOf(node: ts.Identifier, source: ts.SourceFile, name: Name): Edit {
  const [start, end] = [node.getStart(source), node.getEnd()];
  const identifier = renameIdentifier(node.text, name);
  if (node.text !== OLD || name.kebab === identifier) return { start, end, text: identifier };
  // A property is called like a string elsewhere ('baton'), so it keeps the dash, between quotes.
  const key = `'${name.kebab}'`;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    const dot = parent.expression.getEnd();
    const access = parent.questionDotToken ? '?.[' : '[';
    return { start: dot, end, text: `${access}${key}]` };
  }
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) return { start, end, text: `${key}: ${identifier}` };
  if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && !parent.propertyName)
    return { start, end, text: `${key}: ${identifier}` };
  return { start, end, text: isKey(node) ? key : identifier };
}

function isKey(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const keyed =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent);
  return keyed && parent.name === node;
}

export const renameIdentifier = (text: string, name: Name): string =>
  text
    .replaceAll('BATON', name.upper)
    .replaceAll('Baton', name.pascal)
    .replace(/(?<=[a-z0-9])baton/g, name.camel)
    .replace(/baton(?=_[a-z])/g, name.snake)
    .replaceAll('baton', name.camel);
