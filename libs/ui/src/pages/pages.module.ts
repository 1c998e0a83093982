import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Site } from '../site.ts';
import { Pages } from './pages.tsx';

@Global()
@Module({})
export class PagesModule {
  static forRoot(site: Site): DynamicModule {
    return { module: PagesModule, providers: [{ provide: Site, useValue: site }, Pages], exports: [Site, Pages] };
  }
}
