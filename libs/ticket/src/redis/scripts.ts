/**
 * The Lua scripts of the ticket store. Redis runs a script atomically, so that of any number of concurrent calls with one ticket
 * exactly one consumes it. Times come from the clock of Redis, which all nodes share, unless the first argument sets one for tests.
 *
 * The first line is the header of scripts since Redis 7: when its memory is full, Redis refuses to issue tickets before the script has
 * changed anything, and still consumes and revokes them.
 *
 * Keys, all with one hash tag and therefore in one slot of a Redis Cluster:
 * - `<prefix>:ticket:<SHA-256>`: hash with `state`, `startsAt`, `expiresAt` and `claims`. It stays until the ticket would have
 *   expired, also after its use, so that a replay is distinguished from a guess.
 * - `<prefix>:session:<session>`: sorted set of the outstanding tickets of a session, by expiry.
 * - `<prefix>:issued:<session>`: sorted set of the tickets issued in the last minute, by time.
 * - `<prefix>:user:<user>`: sorted set of the outstanding tickets of a user over all sessions, by expiry.
 * - `<prefix>:revoked:<session>`: exists while a ticket of the revoked session could still be valid.
 */
const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * KEYS: ticket, session, issued, user. ARGV: clock, SHA-256, claims, ms until the slot, lifetime in ms, maximum outstanding, maximum per
 * minute, maximum outstanding of the user while there is a queue. Returns `{1, expiresAt}`, or `{0, retryAfterMs}` if the session or the
 * user has reached a limit.
 */
export const issueScript = `#!lua
${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 60000)
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[7]) then
  return {0, redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] + 60000 - now}
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then
  return {0, redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] - now}
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
if tonumber(ARGV[4]) > 0 and redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[8]) then
  return {0, math.min(ARGV[4], redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')[2] - now)}
end
local startsAt = now + ARGV[4]
local expiresAt = startsAt + ARGV[5]
redis.call('HSET', KEYS[1], 'state', 'valid', 'startsAt', startsAt, 'expiresAt', expiresAt, 'claims', ARGV[3])
redis.call('PEXPIRE', KEYS[1], expiresAt - now)
for _, key in ipairs({KEYS[2], KEYS[4]}) do
  redis.call('ZADD', key, expiresAt, ARGV[2])
  if redis.call('PTTL', key) < expiresAt - now then redis.call('PEXPIRE', key, expiresAt - now) end
end
redis.call('ZADD', KEYS[3], now, ARGV[2])
redis.call('PEXPIRE', KEYS[3], 60000)
return {1, expiresAt}
`;

/**
 * KEYS: ticket. ARGV: clock, SHA-256, prefix of the keys, endpoint, ms by which a ticket may be early.
 * Returns `{outcome, claims}`; the outcome is `ok` or the reason of the rejection.
 */
export const consumeScript = `#!lua flags=allow-oom
${clock}
local state, startsAt, expiresAt, claims = unpack(redis.call('HMGET', KEYS[1], 'state', 'startsAt', 'expiresAt', 'claims'))
if not state then return {'unknown'} end
if state ~= 'valid' then return {state, claims} end
local ticket = cjson.decode(claims)
redis.call('ZREM', ARGV[3] .. ':session:' .. ticket.session, ARGV[2])
redis.call('ZREM', ARGV[3] .. ':user:' .. ticket.user, ARGV[2])
if redis.call('EXISTS', ARGV[3] .. ':revoked:' .. ticket.session) == 1 then
  redis.call('HSET', KEYS[1], 'state', 'revoked')
  return {'revoked', claims}
end
redis.call('HSET', KEYS[1], 'state', 'used')
if now >= tonumber(expiresAt) then return {'expired', claims} end
if now < startsAt - ARGV[5] then return {'early', claims} end
if ticket.endpoint ~= ARGV[4] then return {'endpoint', claims} end
return {'ok', claims}
`;

/**
 * KEYS: session, revoked. ARGV: clock, prefix of the keys, how long to remember the revocation in ms.
 * Returns the number of tickets that were still valid.
 */
export const revokeScript = `#!lua flags=allow-oom
${clock}
redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
local revoked = 0
for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local ticket = ARGV[2] .. ':ticket:' .. hash
  local expiresAt, claims = unpack(redis.call('HMGET', ticket, 'expiresAt', 'claims'))
  if expiresAt then
    redis.call('HSET', ticket, 'state', 'revoked')
    redis.call('ZREM', ARGV[2] .. ':user:' .. cjson.decode(claims).user, hash)
    if now < tonumber(expiresAt) then revoked = revoked + 1 end
  end
end
redis.call('DEL', KEYS[1])
return revoked
`;
