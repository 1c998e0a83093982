import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Draining } from '../shutdown/draining.ts';
import { Readiness, type Indicator } from './readiness.ts';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly readiness: Readiness,
    private readonly draining: Draining,
  ) {}

  /** The process responds. Never checks a store: restarting a replica does not repair a store. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** This replica should get traffic. */
  @Get('ready')
  @HealthCheck()
  ready() {
    const indicators = [['accepting', () => !this.draining.isDraining] as const, ...this.readiness.indicators];
    return this.health.check(
      indicators.map(
        ([name, check]) =>
          () =>
            this.ask(name, check),
      ),
    );
  }

  private async ask(name: string, check: Indicator): Promise<HealthIndicatorResult> {
    const asked = this.indicator.check(name);
    return (await check()) ? asked.up() : asked.down();
  }
}
