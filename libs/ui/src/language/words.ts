import type { Language } from '../visit.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';

export type { Words };

const LANGUAGE_WORDS: Record<Language, Words> = { en, de, fr, es };

/** Every text that is translated, in one language; a missing translation does not compile. */
export function words(language: Language = 'en'): Words {
  return LANGUAGE_WORDS[language];
}
