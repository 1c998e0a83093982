import { CONTRACT_TOUCH_SECONDS, keepsTheContract } from '../session-store.contract.ts';
import { MemoryStore } from './memory-store.ts';

keepsTheContract('memory', async () => {
  const store = new MemoryStore({ touchSeconds: CONTRACT_TOUCH_SECONDS });
  return { store, other: store, knowsUsers: true };
});
