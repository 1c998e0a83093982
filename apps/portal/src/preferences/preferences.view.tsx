import { Choices, DENSITIES, LANGUAGES, Notice, type Reader, THEMES } from '@baton/ui';

const OWN_NAMES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' };

export function PreferencesView({ reader, saved }: { reader: Reader; saved: boolean }) {
  const { t, visit } = reader;
  const { theme = 'system', density = 'cozy' } = visit.preferences;
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{t.preferences}</h1>
        <p class="lead">{t.preferencesLead}</p>
      </div>
      {saved && <Notice tone="good" title={t.saved} />}
      <form method="post" action="/preferences" class="form panel">
        <Choices name="theme" legend={t.theme} value={theme} options={THEMES.map((it) => [it, t.themes[it]])} />
        <Choices
          name="language"
          legend={t.language}
          value={visit.language}
          options={LANGUAGES.map((it) => [it, OWN_NAMES[it]])}
        />
        <Choices name="density" legend={t.density} value={density} options={DENSITIES.map((it) => [it, t.densities[it]])} />
        <button class="button" type="submit">
          {t.save}
        </button>
      </form>
    </div>
  );
}
