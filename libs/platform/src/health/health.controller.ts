import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
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

  /** The process is alive. Never checks a store: restarting a replica does not repair a store. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** This replica should get traffic. */
  @Get('ready')
  @HealthCheck()
  ready() {
    const indicators = [['accepting', () => !this.draining.isDraining] as const, ...this.readiness.indicators];
    return this.health.check(indicators.map(([name, isUp]) => this.check(name, isUp)));
  }

  private check(name: string, isUp: Indicator): HealthIndicatorFunction {
    const indicator = this.indicator.check(name);
    return async () => ((await isUp()) ? indicator.up() : indicator.down());
  }
}
