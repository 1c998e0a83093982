import type { Language } from '@baton/ui';
import { de } from './de.ts';
import { type DemoWords, en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';

export type { DemoWords };

const WORDS: Record<Language, DemoWords> = { en, de, fr, es };

export const demoWords = (language: Language): DemoWords => WORDS[language];
