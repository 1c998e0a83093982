export { Assets } from './assets.ts';
export { Checkbox, Choices, Field, Notice } from './components/form.tsx';
export { words } from './language/words.ts';
export { Page } from './layout/page.tsx';
export type { NavigationItem } from './navigation.ts';
export { PagesModule } from './pages/pages.module.ts';
export { errorPages, Pages, type FormPage, type PageContext } from './pages/pages.tsx';
export { Site, type HomePage, type Reader } from './site.ts';
export { DENSITIES, LANGUAGES, THEMES, visitOf, type Language, type Preferences } from './visit.ts';
