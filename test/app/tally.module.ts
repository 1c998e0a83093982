import { Module } from '@nestjs/common';
import { PortalModule } from '../../apps/portal/src/portal.module.ts';
import { TallyController } from './tally.controller.ts';

/** Adds the tally controller to the real PortalModule. Imported before the portal's main.ts, which it does not replace. */
Module({ controllers: [TallyController] })(PortalModule);
