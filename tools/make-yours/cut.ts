import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import { type Cut, unitOf } from './cut-units.ts';

export interface Removal {
  /** Whether this file (absolute path) is removed. */
  readonly isRemoved: (file: string) => boolean;
  /** Settings that only the removed parts read. */
  readonly variables: ReadonlySet<string>;
}

/** The text of every remaining file that used something removed, without these uses and without what only they needed. */
export function cutUses(program: ts.Program, removal: Removal): Map<string, string> {
  return new Cutter(program, removal).run();
}

class Cutter {
  private readonly checker: ts.TypeChecker;
  private readonly files: readonly ts.SourceFile[];
  private readonly uses = new Map<ts.Symbol, ts.Node[]>();
  private readonly cuts = new Map<ts.Node, Cut>();
  private readonly removal: Removal;

  constructor(program: ts.Program, removal: Removal) {
    this.removal = removal;
    this.checker = program.getTypeChecker();
    this.files = program
      .getSourceFiles()
      .filter(
        (file) => !file.isDeclarationFile && !file.fileName.includes('/node_modules/') && !removal.isRemoved(file.fileName),
      );
  }

  run(): Map<string, string> {
    for (const file of this.files) this.collect(file, file);
    for (let before = -1; before !== this.cuts.size;) {
      before = this.cuts.size;
      for (const [symbol, uses] of this.uses) if (this.isDead(symbol)) for (const use of uses) this.cut(use);
      for (const { node } of this.cuts.values()) this.cutEmptied(node);
    }
    const changed = this.files.filter((file) => [...this.cuts.keys()].some((node) => node.getSourceFile() === file));
    return new Map(changed.map((file) => [file.fileName, this.textOf(file)]));
  }

  private collect(node: ts.Node, file: ts.SourceFile): void {
    if (ts.isIdentifier(node)) for (const symbol of this.symbolsAt(node)) this.remember(symbol, node);
    if (ts.isStringLiteral(node)) this.collectSpecifier(node, file);
    if (ts.isPropertyAssignment(node) && this.removal.variables.has(node.name.getText(file))) this.cut(node.name);
    ts.forEachChild(node, (child) => this.collect(child, file));
  }

  private collectSpecifier(node: ts.StringLiteral, file: ts.SourceFile): void {
    const { parent } = node;
    const isSpecifier =
      ts.isImportDeclaration(parent) ||
      ts.isExportDeclaration(parent) ||
      ts.isCallExpression(parent) ||
      ts.isLiteralTypeNode(parent);
    if (!isSpecifier || !/^[.@]/.test(node.text)) return;
    const symbol = this.checker.getSymbolAtLocation(node);
    if (symbol) this.remember(symbol, node);
    else if (node.text.startsWith('.') && this.removal.isRemoved(resolve(dirname(file.fileName), node.text))) this.cut(node);
  }

  private symbolsAt(node: ts.Identifier): ts.Symbol[] {
    const symbol = this.checker.getSymbolAtLocation(node);
    const value = ts.isShorthandPropertyAssignment(node.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
      : undefined;
    return [symbol, value, this.propertyNamedBy(node)].flatMap((each) => {
      if (!each) return [];
      return each.flags & ts.SymbolFlags.Alias ? [each, this.checker.getAliasedSymbol(each)] : [each];
    });
  }

  /** The property that an object literal fills, or a pattern reads: declared elsewhere, in the type. */
  private propertyNamedBy(node: ts.Identifier): ts.Symbol | undefined {
    const { parent } = node;
    if (ts.isObjectLiteralElement(parent) && parent.name === node && ts.isObjectLiteralExpression(parent.parent))
      return this.checker.getContextualType(parent.parent)?.getProperty(node.text);
    if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && (parent.propertyName ?? parent.name) === node)
      return this.checker.getTypeAtLocation(parent.parent).getProperty(node.text);
    return undefined;
  }

  private remember(symbol: ts.Symbol, use: ts.Node): void {
    const uses = this.uses.get(symbol);
    if (uses) uses.push(use);
    else this.uses.set(symbol, [use]);
  }

  private isDead(symbol: ts.Symbol): boolean {
    const { declarations = [] } = symbol;
    return (
      declarations.length > 0 &&
      declarations.every((node) => this.removal.isRemoved(node.getSourceFile().fileName) || this.isCut(node))
    );
  }

  private isCut(node: ts.Node): boolean {
    return (
      ts.findAncestor(node, (each) => this.cuts.has(each) && !isWithin(node, this.cuts.get(each)!.replacement)) !== undefined
    );
  }

  private cut(use: ts.Node): void {
    if (this.isCut(use)) return;
    const unit = unitOf(use, this.checker);
    if (unit) this.cuts.set(unit.node, unit);
  }

  /** A function, method or constructor whose last statement was taken out goes too, and the interface that asks for it. */
  private cutEmptied(node: ts.Node): void {
    const body = node.parent;
    if (ts.isArrayLiteralExpression(body)) return this.cutEmptySpread(body);
    if (ts.isConditionalExpression(node)) return this.cutEmptySpread(this.cuts.get(node)!.replacement!);
    if (!ts.isBlock(body) || !body.statements.every((each) => this.cuts.has(each) && !this.cuts.get(each)!.replacement)) return;
    const owner = body.parent;
    if (!ts.isMethodDeclaration(owner) && !ts.isConstructorDeclaration(owner) && !ts.isFunctionDeclaration(owner)) return;
    if (ts.isConstructorDeclaration(owner) && owner.parameters.some((each) => ts.isParameterPropertyDeclaration(each, owner)))
      return;
    this.cuts.set(owner, { node: owner });
    if (!ts.isMethodDeclaration(owner) || !ts.isClassLike(owner.parent)) return;
    for (const { types } of owner.parent.heritageClauses ?? [])
      for (const type of types)
        if (this.checker.getTypeAtLocation(type).getProperty(owner.name.getText())) this.cut(type.expression);
  }

  /** `...(a ? [b] : [])` without `b` is nothing. */
  private cutEmptySpread(list: ts.Node): void {
    if (!ts.isArrayLiteralExpression(list) || !list.elements.every((each) => this.cuts.has(each))) return;
    const spread = ts.findAncestor(list, ts.isSpreadElement);
    if (!spread || this.isCut(spread)) return;
    const outer = ts.findAncestor(
      list.parent,
      (node) => !ts.isParenthesizedExpression(node) && !ts.isConditionalExpression(node),
    );
    if (outer === spread) this.cuts.set(spread, { node: spread });
  }

  private textOf(file: ts.SourceFile): string {
    const outer = [...this.cuts.values()].filter(({ node }) => node.getSourceFile() === file && !this.isCut(node.parent));
    return edited(file, outer, (node) => this.innerText(file, node));
  }

  /** What replaces a cut may have cuts of its own. */
  private innerText(file: ts.SourceFile, node: ts.Node): string {
    const inner = [...this.cuts.values()].filter((cut) => cut.node !== node && isWithin(cut.node, node));
    const offset = node.getStart(file);
    return edited(file, inner, (each) => this.innerText(file, each), offset, node.getEnd());
  }
}

const isWithin = (node: ts.Node, outer: ts.Node | undefined): boolean =>
  outer !== undefined && node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;

function edited(
  file: ts.SourceFile,
  cuts: readonly Cut[],
  textOf: (node: ts.Node) => string,
  from = 0,
  to = file.text.length,
): string {
  let result = '';
  let at = from;
  for (const { node, replacement, text = '' } of cuts.toSorted((a, b) => a.node.pos - b.node.pos)) {
    const start = startOf(node, file);
    if (start < at) continue;
    result += file.text.slice(at, start) + (replacement ? textOf(replacement) : text);
    at = endOf(node, file);
  }
  return result + file.text.slice(at, to);
}

/** With its comments, except above imports and at the top of a file, where a comment is about the file. */
function startOf(node: ts.Node, file: ts.SourceFile): number {
  if (
    ts.isImportDeclaration(node) ||
    node.pos === 0 ||
    ts.isIfStatement(node) ||
    ts.isConditionalExpression(node) ||
    ts.isBinaryExpression(node)
  )
    return node.getStart(file);
  if (isTypeOfSeveral(node)) {
    const bar = file.text.slice(node.parent.getFullStart(), node.getStart(file)).search(/[|&]\s*$/);
    return bar < 0 ? node.getStart(file) : node.parent.getFullStart() + bar;
  }
  return node.getFullStart();
}

/** With the line break after an import, or the comma after an item; a trailing comma that stays is the formatter's. */
function endOf(node: ts.Node, file: ts.SourceFile): number {
  const after = isTypeOfSeveral(node) && node.parent.types[0] === node ? /^\s*[|&]/ : /^\s*,/;
  if (ts.isImportDeclaration(node)) return node.getEnd() + (/^[ \t]*\n/.exec(file.text.slice(node.getEnd()))?.[0].length ?? 0);
  if (ts.isStatement(node) || ts.isClassElement(node) || ts.isConditionalExpression(node) || ts.isBinaryExpression(node))
    return node.getEnd();
  return node.getEnd() + (after.exec(file.text.slice(node.getEnd()))?.[0].length ?? 0);
}

const isTypeOfSeveral = (node: ts.Node): node is ts.TypeNode & { parent: ts.UnionOrIntersectionTypeNode } =>
  ts.isUnionTypeNode(node.parent) || ts.isIntersectionTypeNode(node.parent);
