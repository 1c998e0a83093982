import '../styles/index.css';
import '../icon.svg';
import { listen } from './events.ts';
import { previewPreferences } from './preferences.ts';
import { reloadAfterRetryTime } from './retry.ts';
import { showSessionEnd } from './session-end.ts';

previewPreferences();
reloadAfterRetryTime();
document.addEventListener('baton:ended', (event) =>
  showSessionEnd((event as CustomEvent<Parameters<typeof showSessionEnd>[0]>).detail),
);
const { events, eventTypes = '' } = document.body.dataset;
if (events) listen(events, eventTypes.split(' ').filter(Boolean));
