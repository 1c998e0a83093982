import { withoutMissingCopies } from './documents.ts';

describe('a Dockerfile after parts were removed', () => {
  it('copies only what is still there, and between stages', () => {
    const lines = ['COPY apps apps', 'COPY docs/removed.json docs/', 'COPY --from=build /app/dist dist', 'RUN npm ci', ''];
    expect(withoutMissingCopies(lines.join('\n')).split('\n')).toEqual([lines[0], lines[2], lines[3], '']);
  });

  it('admits only what is still there', () => {
    expect(withoutMissingCopies('*\n!apps\n!docs/removed.json\n**/.env*\n')).toBe('*\n!apps\n**/.env*\n');
  });
});
