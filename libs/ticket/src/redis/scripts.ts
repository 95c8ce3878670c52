/**
 * The Lua scripts of the ticket store. Redis runs a script atomically, so that of any number of concurrent calls with one ticket
 * exactly one consumes it. Times come from the clock of Redis, which all nodes share, unless the first argument sets one for tests.
 *
 * The first line is the header of scripts since Redis 7: when its memory is full, Redis refuses to issue tickets before the script has
 * changed anything, and still consumes and revokes them.
 *
 * Keys, all with one hash tag and therefore in one slot of a Redis Cluster. The keys of a connect without a queue are strings, because the
 * number of commands determines the cost of a script: one command reads a string, and one writes it together with its expiry.
 * - `<prefix>:t:<SHA-256>`: a ticket: its state (`v` valid, `u` used, `r` revoked), the start of its slot (zeros without a queue) and its
 *   expiry with 13 digits each, and the claims as JSON. It stays until the ticket would have expired, also after its use, so that a replay
 *   is distinguished from a guess.
 * - `<prefix>:s:<session>`: `revoked` while a ticket of the revoked session could still be valid. Otherwise the times of the last tickets
 *   with 13 digits each, `|`, and the tickets that may be outstanding: expiry with 13 digits and SHA-256 with 43 characters each.
 * - `<prefix>:u:<user>`: sorted set of the outstanding tickets of a user with a slot, over all sessions, by expiry.
 */
const clock = `
local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * KEYS: ticket, session, user. ARGV: clock, SHA-256, claims, ms until the slot, lifetime in ms, maximum outstanding, maximum per minute,
 * maximum outstanding of the user with a slot, prefix of the keys, longest lifetime of any ticket in ms. Returns `{1, expiresAt}`, or
 * `{0, retryAfterMs}` if the session or the user has reached a limit.
 */
export const issueScript = `#!lua
${clock}
local now = clock()
local waitMs = tonumber(ARGV[4])
local expiresAt = now + waitMs + ARGV[5]
local session = redis.call('GET', KEYS[2])
-- The session was validated before it was revoked.
local isRevoked = session == 'revoked'
local times, tickets = '', ''
if session and not isRevoked then
  local at = string.find(session, '|', 1, true)
  times = string.sub(session, math.max(1, at - 13 * ARGV[7]), at - 1)
  if at > 13 * ARGV[7] then
    local allowedAt = string.sub(times, 1, 13) + 60000
    if now < allowedAt then return {0, allowedAt - now} end
  end
  local first = at + 1
  while first < #session and tonumber(string.sub(session, first, first + 12)) <= now do first = first + 56 end
  tickets = string.sub(session, first)
  -- Used tickets, and expired ones between others, are removed only when they could exceed the limit.
  if #tickets >= 56 * ARGV[6] then
    local found, firstExpiry = {}, math.huge
    for from = 1, #tickets, 56 do
      local expiry = tonumber(string.sub(tickets, from, from + 12))
      local hash = string.sub(tickets, from + 13, from + 55)
      if now < expiry and redis.call('GETRANGE', ARGV[9] .. ':t:' .. hash, 0, 0) == 'v' then
        found[#found + 1] = string.sub(tickets, from, from + 55)
        firstExpiry = math.min(firstExpiry, expiry)
      end
    end
    if #found >= tonumber(ARGV[6]) then return {0, firstExpiry - now} end
    tickets = table.concat(found)
  end
end
if waitMs > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[8]) then
    return {0, math.min(waitMs, redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] - now)}
  end
  redis.call('ZADD', KEYS[3], expiresAt, ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[10])
end
local state = isRevoked and 'r' or 'v'
local startsAt = waitMs > 0 and string.format('%013d', now + waitMs) or '0000000000000'
local expiry = string.format('%013d', expiresAt)
redis.call('SET', KEYS[1], state .. startsAt .. expiry .. ARGV[3], 'PX', waitMs > 0 and expiresAt - now or ARGV[5])
if not isRevoked then
  redis.call('SET', KEYS[2], times .. string.format('%013d|', now) .. tickets .. expiry .. ARGV[2], 'PX', ARGV[10])
end
return {1, expiresAt}
`;

/**
 * KEYS: ticket. ARGV: clock, SHA-256, prefix of the keys, ms by which a ticket may be early. Returns `{outcome, claims}`; the outcome is
 * `ok` or the reason of the rejection. The caller compares the endpoint.
 */
export const consumeScript = `#!lua flags=allow-oom
local ticket = redis.call('GET', KEYS[1])
if not ticket then return {'unknown'} end
local state = string.sub(ticket, 1, 1)
local claims = string.sub(ticket, 28)
if state ~= 'v' then return {state == 'u' and 'used' or 'revoked', claims} end
redis.call('SETRANGE', KEYS[1], 0, 'u')
local startsAt = tonumber(string.sub(ticket, 2, 14))
-- Redis removes a ticket when it expires, so that one without a slot needs no clock.
if startsAt == 0 and ARGV[1] == '' then return {'ok', claims} end
${clock}
local now = clock()
if startsAt > 0 then redis.call('ZREM', ARGV[3] .. ':u:' .. cjson.decode(claims).user, ARGV[2]) end
if now >= tonumber(string.sub(ticket, 15, 27)) then return {'expired', claims} end
if now < startsAt - ARGV[4] then return {'early', claims} end
return {'ok', claims}
`;

/**
 * KEYS: session. ARGV: clock, prefix of the keys, how long to store the revocation in ms. Returns the number of tickets that were
 * still valid. A ticket that is issued afterwards is revoked from the start.
 */
export const revokeScript = `#!lua flags=allow-oom
${clock}
local session = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], 'revoked', 'PX', ARGV[3])
if not session or session == 'revoked' then return 0 end
local now = clock()
local revoked = 0
for from = string.find(session, '|', 1, true) + 1, #session, 56 do
  local hash = string.sub(session, from + 13, from + 55)
  local key = ARGV[2] .. ':t:' .. hash
  local ticket = redis.call('GET', key)
  if ticket and string.sub(ticket, 1, 1) == 'v' then
    redis.call('SETRANGE', key, 0, 'r')
    redis.call('ZREM', ARGV[2] .. ':u:' .. cjson.decode(string.sub(ticket, 28)).user, hash)
    if now < tonumber(string.sub(session, from, from + 12)) then revoked = revoked + 1 end
  end
end
return revoked
`;
