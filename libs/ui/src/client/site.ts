import '../styles/index.css';
import '../icon.svg';
import { showWhenSessionEnds } from './session-end.ts';
import { applyLooksAtOnce } from './looks.ts';
import { retryWhenTold } from './retry.ts';

applyLooksAtOnce();
retryWhenTold();
if (document.body.dataset.signedIn) showWhenSessionEnds();
