import '../styles/index.css';
import '../icon.svg';
import { listen } from './events.ts';
import { applyLooksAtOnce } from './looks.ts';
import { retryWhenTold } from './retry.ts';
import { showSessionEnd } from './session-end.ts';

applyLooksAtOnce();
retryWhenTold();
document.addEventListener('baton:ended', (event) =>
  showSessionEnd((event as CustomEvent<Parameters<typeof showSessionEnd>[0]>).detail),
);
const { events } = document.body.dataset;
if (events) listen(events);
