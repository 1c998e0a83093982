export { Pages, type FormPage, type PageContext } from '@baton/ui';
