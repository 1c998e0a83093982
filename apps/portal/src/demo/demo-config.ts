import type { DemoSettings } from '@baton/demo';
import type { PlatformSettings } from '@baton/platform';

export type DemoConfig = DemoSettings & PlatformSettings;
export const DemoConfig = Symbol('DemoConfig');
