export { demoSettings, type DemoSettings } from './demo-settings.ts';
