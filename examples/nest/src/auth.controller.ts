import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';

/** Demo users. Replace them with your own sign-in. */
const users = new Map<unknown, string>(Object.entries({ ann: 'secret', bob: 'secret' }));

@Controller('api/auth')
export class AuthController {
  constructor(private readonly jwt: JwtService) {}

  @Post()
  @HttpCode(200)
  signIn(@Body() body?: { user?: unknown; pwd?: unknown }) {
    const { user, pwd } = body ?? {};
    if (!users.has(user) || users.get(user) !== pwd) throw new UnauthorizedException();
    return { token: this.jwt.sign({ sub: user, sid: randomUUID() }) };
  }
}
