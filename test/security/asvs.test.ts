import { existsSync, readFileSync } from 'node:fs';

/** OWASP_Application_Security_Verification_Standard_5.0.0_en.csv: V6 and V7, levels 1 and 2. */
const LEVEL_1 = `6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2
  7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2`.split(/\s+/);
const LEVEL_2 = `6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3
  6.8.1 6.8.2 6.8.3 6.8.4
  7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2`.split(/\s+/);

interface Row {
  id: string;
  level: string;
  state: string;
  shownBy: string;
  note: string;
}

const rows: Row[] = readFileSync('docs/asvs.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [, id = '', level = '', , state = '', shownBy = '', note = ''] = line.split('|').map((cell) => cell.trim());
    return { id, level, state, shownBy, note };
  });

/** `file` or `file`: "title", "title"; several are separated by semicolons. */
const proofs = ({ shownBy }: Row) =>
  shownBy.split('; `').flatMap((proof) => {
    const file = /^`?([^`]+)`/.exec(proof)?.[1];
    return file ? [{ file, titles: [...proof.matchAll(/"([^"]+)"/g)].map(([, title]) => title!) }] : [];
  });

/** A title of a test, in whichever quotes, or the words that begin a paragraph of a document. */
const has = (file: string, title: string): boolean => {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.md')) return text.includes(`**${title}`);
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => text.includes(quoted));
};

describe('docs/asvs.md', () => {
  it('has every requirement of levels 1 and 2, once, with its level', () => {
    const expected = [...LEVEL_1.map((id) => `${id} L1`), ...LEVEL_2.map((id) => `${id} L2`)];
    expect(rows.map(({ id, level }) => `${id} L${level}`).toSorted()).toEqual(expected.toSorted());
  });

  it.each(rows)('$id: $state, with its proof or its reason', (row) => {
    expect(['met', 'n/a', 'open']).toContain(row.state);
    expect(row.state === 'met' ? row.shownBy : row.note).not.toBe('');
    const missing = proofs(row).filter(({ file, titles }) => !existsSync(file) || titles.some((title) => !has(file, title)));
    expect(missing).toEqual([]);
  });
});
