export { Assets } from './assets.ts';
export { Bib } from './components/bib.tsx';
export { BatonMark, Lanes } from './components/drawings.tsx';
export { Choices, Field, Notice } from './components/form.tsx';
export { words, type Words } from './language/words.ts';
export { Page, type PageOptions, type PageProps } from './layout/page.tsx';
export { errorPage, type PageProblem } from './pages/error-page.tsx';
export { renderPage } from './render.ts';
export { DENSITIES, LANGUAGES, THEMES, visitOf, type Language, type Looks, type Site, type Visit } from './visit.ts';
