import type { HomePage, Site } from '@baton/ui';
import { homeText } from './home.text.ts';
import { HomeView } from './home.view.tsx';

export const demoHomePage = ({ name }: Site, version: string, demo: boolean): HomePage => ({
  options: { title: name, styles: ['home'] },
  view: (reader) => <HomeView reader={reader} />,
  text: (reader, origin) => homeText(reader, { origin, version, demo }),
});
