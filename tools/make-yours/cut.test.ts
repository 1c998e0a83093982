import ts from 'typescript';
import { cutUses } from './cut.ts';

const GONE = `
  export class Gone { static forRoot(options: object) { return options; } }
  export class GoneController {}
  export interface GoneOptions { a: number }
  export const goneSettings = { GONE_URL: 'x' };
  export const gone = (): number => 1;
  export const GoneView = () => null;
  declare global { interface Data { cart?: string } }
`;
const KEPT = `
  export const Kept = 1;
  export const apply = (...all: unknown[]) => all;
  export const guard = (...all: unknown[]): MethodDecorator & ClassDecorator => () => undefined;
  declare global { interface Data { user?: string } }
  export const one = (a: unknown, b?: unknown) => [a, b];
`;

/** The text of a file beside gone.ts and kept.ts after gone.ts was removed, without the differences of a formatter. */
function cut(text: string, file = '/main.tsx', more: Record<string, string> = {}): Record<string, string> {
  const header =
    "import { Gone, GoneController, type GoneOptions, goneSettings, gone, GoneView } from './gone.ts';\nimport { Kept, apply, guard, one } from './kept.ts';\n";
  const files: Record<string, string> = { '/gone.ts': GONE, '/kept.ts': KEPT, [file]: header + text, ...more };
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    jsx: ts.JsxEmit.Preserve,
    experimentalDecorators: true,
    strict: true,
  };
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    getSourceFile: (name, target) =>
      files[name] === undefined ? undefined : ts.createSourceFile(name, files[name], target, true),
    fileExists: (name) => files[name] !== undefined,
    readFile: (name) => files[name],
    getCurrentDirectory: () => '/',
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  const results = cutUses(program, { isRemoved: (name) => name === '/gone.ts', variables: new Set(['GONE_MS']) });
  return Object.fromEntries([...results].map(([name, result]) => [name, tidy(result.replace(/^import .*?;/gm, ''))]));
}

const tidy = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/,? ?(?=[}\])])|(?<=[{[(]) /g, '')
    .trim();

const rest = (text: string): string => cut(text)['/main.tsx']!;

describe('what used something removed', () => {
  it.each([
    [
      'the value of an optional variable',
      'export const a: number | undefined = gone();',
      'export const a: number | undefined = undefined;',
    ],
    ['a path', "apply(apply('/', './gone.ts')); one(2);", 'one(2);'],
    ['an element of a list', 'const a = [Kept, Gone.forRoot({}), 2];', 'const a = [Kept, 2];'],
    [
      'a provider',
      'const a = [{ provide: Gone, useValue: 1 }, { provide: Kept, useValue: 2 }];',
      'const a = [{provide: Kept, useValue: 2}];',
    ],
    ['a provider whose value it is', 'const a = [{ provide: Kept, useFactory: () => gone() }, 1];', 'const a = [1];'],
    ['a spread', 'const a = { ...goneSettings, b: 1 };', 'const a = {b: 1};'],
    ['an element that depends on a condition', 'const a = [Kept, ...(Kept ? [GoneController] : [])];', 'const a = [Kept];'],
    ['a statement', 'function f() { apply(gone()); return 1; }', 'function f() {return 1;}'],
    ['an argument among several', 'apply(Kept, Gone);', 'apply(Kept);'],
    ['an optional argument', 'one(Kept, Gone);', 'one(Kept);'],
    ['the only argument of a decorator', '@guard(Gone) class A {}', 'class A {}'],
    ['a variable, and what used that', 'const a = gone(); apply(a); apply(2);', 'apply(2);'],
    [
      'a parameter of a constructor, and what used it',
      'class A { constructor(private readonly g: Gone, readonly k: 1) {} f() { apply(this.g); return 1; } }',
      'class A {constructor(readonly k: 1) {} f() {return 1;}}',
    ],
    [
      'a method, and its interface',
      'interface I { run(): void } class A implements I { run() { apply(gone()); } x = 1; }',
      'interface I {run(): void} class A {x = 1;}',
    ],
    [
      'a field of a type, where it is set and where it is read',
      'interface A { g: GoneOptions; k: 1 } const a: A = { g: { a: 1 }, k: 1 }; apply(1, a.g); const { g, k } = a; apply(k);',
      'interface A {k: 1} const a: A = {k: 1}; apply(1); const {k} = a; apply(k);',
    ],
    ['an element of a page', 'const a = <p>{Kept && <GoneView />}<GoneView />text</p>;', 'const a = <p>text</p>;'],
    ['an attribute of an element', 'const a = <p title={gone()} id="x">text</p>;', 'const a = <p id="x">text</p>;'],
    ['one of several types', 'type A = GoneOptions | string;', 'type A = string;'],
    ['a fallback', 'const a = Kept ?? gone();', 'const a = Kept;'],
    ['a choice', 'const a = Kept ? gone() : 2;', 'const a = 2;'],
    ['the condition of a return', 'function f() { if (!gone()) return; apply(1); }', 'function f() {return; apply(1);}'],
    ['the condition of more', 'function f() { if (gone()) apply(1); apply(2); }', 'function f() {apply(2);}'],
    ['the only statement of a condition', 'function f() { if (Kept) apply(gone()); apply(2); }', 'function f() {apply(2);}'],
    ['the condition of one of two', 'function f() { if (gone()) apply(1); else apply(2); }', 'function f() {apply(2);}'],
    ['one of two conditions', 'const a = !gone() && Kept;', 'const a = Kept;'],
    ['a negated choice', 'const a = !gone() ? 1 : 2;', 'const a = 1;'],
    ['a setting that only it read', 'const a = { GONE_MS: 1, B: 2 };', 'const a = {B: 2};'],
    [
      'a function that returns it',
      'const f = () => gone(); function g() { return f(); } apply(1); apply(1, g());',
      'apply(1); apply(1);',
    ],
    ['a field that it added to a type', 'declare const d: Data; one(1, d.cart);', 'declare const d: Data; one(1);'],
  ])('%s', (_what, before, after) => expect(rest(before)).toBe(after));

  it('is a whole test, in tests', () => {
    const text =
      "declare const it: (name: string, run: () => void) => void; it('a', () => { one(gone(), 1); one(2); }); it('b', () => { one(3); });";
    const result = cut(text, '/main.test.ts')['/main.test.ts'];
    expect(result).toBe("declare const it: (name: string, run: () => void) => void; it('b', () => {one(3);});");
  });

  it('is only the setting, in an environment that a test makes', () => {
    const text = "declare const it: (name: string, run: () => void) => void; it('a', () => { one({ GONE_MS: 1, B: 2 }); });";
    expect(cut(text, '/main.test.ts')['/main.test.ts']).toContain('one({B: 2})');
  });

  it('is followed through other files', () => {
    const more = {
      '/again.ts': "export { gone } from './gone.ts';\nexport const b = 1;",
      '/last.ts': "import { gone } from './again.ts';\nexport const c = [gone(), 1];",
    };
    const results = cut('', '/main.tsx', more);
    expect([results['/again.ts'], results['/last.ts']]).toEqual(['export const b = 1;', 'export const c = [1];']);
  });

  it('does not touch a file that used nothing', () => {
    expect(cut('', '/main.tsx', { '/other.ts': 'export const  a = 1;' })['/other.ts']).toBeUndefined();
  });
});
