import { Module } from '@nestjs/common';
import { PortalModule } from '../../apps/portal/src/portal.module.ts';
import { TallyController } from './tally.controller.ts';

/** The portal keeps everything it has, and gets one controller more: imported before its main, so no program is written twice. */
Module({ controllers: [TallyController] })(PortalModule);
