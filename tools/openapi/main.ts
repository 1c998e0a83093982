/** Writes docs/openapi.json: npm run openapi. */
import { writeFileSync } from 'node:fs';
import { prepareApps } from './load-apps.ts';

prepareApps();
const { documentText } = await import('./document.ts');
writeFileSync(new URL('../../docs/openapi.json', import.meta.url), documentText());
