import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

class ServiceIsUpDto {
  @ApiProperty({ example: 'Service is up and running.' })
  readonly message: string;
}

/** The route that the clients of the original scheduler and ship ask. */
@ApiTags('health')
@Controller('healthcheck')
export class HealthcheckController {
  @Get()
  @ApiOperation({ summary: 'The original health route; see /health/ready for details' })
  @ApiOkResponse({ type: ServiceIsUpDto })
  healthcheck(): ServiceIsUpDto {
    return { message: 'Service is up and running.' };
  }
}
