import 'reflect-metadata';
import './tally.module.ts';
import '../../apps/portal/src/main.ts';
