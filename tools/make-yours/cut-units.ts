import ts from 'typescript';

/** What to take out, or what to put in its place. */
export interface Cut {
  readonly node: ts.Node;
  readonly replacement?: ts.Node;
  /** Instead of a replacement from the source. */
  readonly text?: string;
}

/** The smallest thing around a use that can be taken out and leaves valid code; null where only a person can decide. */
export function unitOf(use: ts.Node, checker: ts.TypeChecker): Cut | null {
  if (ts.isObjectLiteralElement(use.parent) && use.parent.name === use && !isProvider(use.parent.parent))
    return { node: use.parent };
  const test = enclosingTest(use);
  if (test) return { node: test };
  // What was removed counts as false, and its negation as true: `if (!removed) return` returns.
  let isTrue = false;
  for (let node = use; node.parent; node = node.parent) {
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) isTrue = !isTrue;
    const cut = asListItem(node, checker) ?? asOperand(node, isTrue) ?? asDeclaration(node);
    if (cut === 'climb') continue;
    if (cut) return cut;
    if (ts.isReturnStatement(node) && ts.isBlock(node.parent) && ts.isFunctionLike(node.parent.parent)) {
      const owner = node.parent.parent;
      if (ts.isArrowFunction(owner) || ts.isFunctionExpression(owner)) node = owner;
      else return { node: owner };
    } else if (ts.isStatement(node) && !ts.isBlock(node) && isInList(node)) return { node };
  }
  return null;
}

/** The only statement of `if (a) b();` cannot go without its `if`. */
const isInList = ({ parent }: ts.Node): boolean =>
  ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent);

/** One test is about one thing: half of it would be about nothing. */
function enclosingTest(use: ts.Node): ts.Node | undefined {
  if (!/\.test\.tsx?$/.test(use.getSourceFile().fileName)) return undefined;
  return ts.findAncestor(use, (node) => ts.isExpressionStatement(node) && /^(it|test)\b/.test(node.getText()));
}

function asListItem(node: ts.Node, checker: ts.TypeChecker): Cut | 'climb' | null {
  const { parent } = node;
  if (ts.isArrayLiteralExpression(parent)) return { node };
  if (ts.isObjectLiteralExpression(parent)) return isProvider(parent) ? 'climb' : { node };
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== node)
    return isDispensable(parent, node, checker) ? { node } : null;
  if ((ts.isJsxElement(parent) || ts.isJsxFragment(parent)) && parent.children.some((child) => child === node)) return { node };
  if (ts.isJsxAttributes(parent)) return { node };
  if ((ts.isUnionTypeNode(parent) || ts.isIntersectionTypeNode(parent)) && parent.types.length > 1) return { node };
  return null;
}

const PROVIDER_KEYS = new Set(['provide', 'useClass', 'useValue', 'useFactory', 'useExisting']);

/** `{ provide, use... }` of Nest is one thing. */
const isProvider = (object: ts.Node): boolean =>
  ts.isObjectLiteralExpression(object) &&
  object.properties.some(({ name }) => name && ts.isIdentifier(name) && PROVIDER_KEYS.has(name.text));

/** An argument among several, of a rest parameter or of an optional last one. */
function isDispensable(call: ts.CallExpression | ts.NewExpression, argument: ts.Node, checker: ts.TypeChecker): boolean {
  const all = call.arguments ?? [];
  const index = all.findIndex((each) => each === argument);
  const parameters = checker.getResolvedSignature(call)?.declaration?.parameters ?? [];
  const parameter = parameters[Math.min(index, parameters.length - 1)];
  // A path without its last step would be another path.
  if (index < 0 || !parameter || !ts.isParameter(parameter) || ts.isStringLiteral(argument)) return false;
  if (parameter.dotDotDotToken) return all.length > 1;
  return index === all.length - 1 && !!(parameter.questionToken ?? parameter.initializer);
}

/** `gone ?? kept` is `kept`, and `gone ? a : b` is `b`. */
function asOperand(node: ts.Node, isTrue: boolean): Cut | null {
  const { parent } = node;
  if (ts.isConditionalExpression(parent))
    return {
      node: parent,
      replacement: parent.whenTrue === node || (parent.condition === node && !isTrue) ? parent.whenFalse : parent.whenTrue,
    };
  if (ts.isIfStatement(parent) && parent.expression === node) {
    const replacement = isTrue ? parent.thenStatement : parent.elseStatement;
    return replacement ? { node: parent, replacement } : null;
  }
  if (!ts.isBinaryExpression(parent)) return null;
  const operator = parent.operatorToken.getText();
  if (operator === '??' || operator === (isTrue ? '&&' : '||'))
    return { node: parent, replacement: parent.left === node ? parent.right : parent.left };
  return null;
}

function asDeclaration(node: ts.Node): Cut | 'climb' | null {
  const { parent } = node;
  if (ts.isDecorator(node)) return { node };
  if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) {
    const others = node.parent.elements.length > 1 || (ts.isNamedImports(node.parent) && node.parent.parent.name);
    return { node: others ? node : (ts.findAncestor(node, ts.isStatement) ?? node) };
  }
  if (ts.isParameter(node)) return ts.isConstructorDeclaration(parent) ? { node } : 'climb';
  if (ts.isClassElement(node) || ts.isTypeElement(node) || ts.isEnumMember(node)) return { node };
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(parent)) return { node };
  if (ts.isExpressionWithTypeArguments(node) && ts.isHeritageClause(parent) && parent.token === ts.SyntaxKind.ImplementsKeyword)
    return { node: parent.types.length > 1 ? node : parent };
  if (
    ts.isVariableDeclaration(parent) &&
    parent.initializer === node &&
    parent.type &&
    parent.type.getText().endsWith('| undefined')
  )
    return { node, text: ' undefined' };
  if (ts.isVariableDeclaration(node) && ts.isVariableDeclarationList(parent))
    return { node: parent.declarations.length > 1 ? node : parent.parent };
  return null;
}
