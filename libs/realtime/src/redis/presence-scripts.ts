/**
 * The Lua scripts of the presence store. Each runs atomically in Redis. Times come from the clock of Redis, unless the second argument sets
 * one for tests.
 *
 * Keys, all with the prefix that is the first argument:
 * - `epoch`: begins with the first lease; another value means that Redis has lost its data
 * - `leases`: sorted set of the nodes by the end of their leases
 * - `renewed`: when a node last renewed its lease
 * - `views:<room>`: hash from user to JSON `{node: [live, held, heldUntil]}`
 * - `present:<room>`: hash from user to status
 * - `versions`: hash from room to version, for rooms with present users; `highest`: the highest version of the others. `noRoom` has none
 * - `places:<node>`: set of the places (room and user) in which the node has views
 * - `held:<node>`: sorted set of the places with a held status by its end
 */
const common = `#!lua flags=allow-oom
local P = ARGV[1]
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local rank = { offline = 0, away = 1, online = 2 }

local function better(one, other)
  if rank[other] > rank[one] then return other end
  return one
end

-- Sets the view of a node. Without 'live', the live status stays.
local function apply(changes, node, room, user, live, held, heldForMs, left)
  local place = room .. '\\n' .. user
  local json = redis.call('HGET', P .. ':views:' .. room, user)
  local views = json and cjson.decode(json) or {}
  local old = views[node]
  if not live then live = old and old[1] or 'offline' end
  local before = 'offline'
  local best = live
  for other, view in pairs(views) do
    before = better(before, better(view[1], view[2]))
    if other ~= node then best = better(best, view[1]) end
  end
  local after = best
  local kept = {}
  local isEmpty = true
  for other, view in pairs(views) do
    if other ~= node then
      if view[2] ~= 'offline' and (left or rank[view[2]] <= rank[best]) then
        view[2] = 'offline'
        redis.call('ZREM', P .. ':held:' .. other, place)
        if view[1] == 'offline' then redis.call('SREM', P .. ':places:' .. other, place) end
      end
      if view[1] ~= 'offline' or view[2] ~= 'offline' then
        after = better(after, view[2])
        kept[other] = view
        isEmpty = false
      end
    end
  end
  if heldForMs > 0 and rank[held] > rank[best] then
    after = better(after, held)
    redis.call('ZADD', P .. ':held:' .. node, now + heldForMs, place)
  else
    held = 'offline'
    if old and old[2] ~= 'offline' then redis.call('ZREM', P .. ':held:' .. node, place) end
  end
  if live ~= 'offline' or held ~= 'offline' then
    kept[node] = { live, held, now + heldForMs }
    isEmpty = false
    if not old then redis.call('SADD', P .. ':places:' .. node, place) end
  elseif old then
    redis.call('SREM', P .. ':places:' .. node, place)
  end
  if not isEmpty then
    redis.call('HSET', P .. ':views:' .. room, user, cjson.encode(kept))
  elseif json then
    redis.call('HDEL', P .. ':views:' .. room, user)
  end
  if before == after then return end

  local present = P .. ':present:' .. room
  if after == 'offline' then
    redis.call('HDEL', present, user)
  else
    redis.call('HSET', present, user, after)
  end
  if room == '' then
    changes[#changes + 1] = { room, user, before, after, 0, 0 }
    return
  end
  local version = redis.call('HGET', P .. ':versions', room)
  if not version then version = redis.call('GET', P .. ':highest') or 0 end
  version = tonumber(version) + 1
  local total = redis.call('HLEN', present)
  if total > 0 then
    redis.call('HSET', P .. ':versions', room, version)
  else
    redis.call('HDEL', P .. ':versions', room)
    local highest = tonumber(redis.call('GET', P .. ':highest') or '0')
    if version > highest then redis.call('SET', P .. ':highest', version) end
  end
  changes[#changes + 1] = { room, user, before, after, version, total }
end

local function split(place)
  local at = string.find(place, '\\n', 1, true)
  return string.sub(place, 1, at - 1), string.sub(place, at + 1)
end

-- Removes at most 'limit' views of a node. Returns how many it removed.
local function removeViews(changes, node, limit)
  local places = redis.call('SRANDMEMBER', P .. ':places:' .. node, limit)
  for _, place in ipairs(places) do
    local room, user = split(place)
    apply(changes, node, room, user, 'offline', 'offline', 0, false)
  end
  return #places
end
`;

/** ARGV: prefix, clock, node, views as JSON `[[room, user, live, held, heldForMs, left]]`. Returns the changes, or `0` without a lease. */
export const setScript = `${common}
local lease = redis.call('ZSCORE', P .. ':leases', ARGV[3])
if not lease or tonumber(lease) <= now then return 0 end
local changes = {}
for _, view in ipairs(cjson.decode(ARGV[4])) do
  apply(changes, ARGV[3], view[1], view[2], view[3], view[4], view[5], view[6])
end
return changes
`;

/**
 * ARGV: prefix, clock, node, lease in ms, maximum views to remove. Returns `{isNew, changes, nextEndMs, hasMore}`; `nextEndMs` is -1 if
 * the node holds no status. With `hasMore`, call it again to remove the rest of what has expired.
 *
 * If no node has renewed for the length of a lease, Redis was unavailable to all of them, or all of them have died. All leases that have
 * ended are then extended once: live nodes renew theirs and keep their users, and those of dead nodes end again.
 */
export const renewScript = `${common}
redis.call('SET', P .. ':epoch', now .. ' ' .. ARGV[3], 'NX')
local renewedAt = tonumber(redis.call('SET', P .. ':renewed', now, 'GET') or now)
if now - renewedAt >= tonumber(ARGV[4]) then
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', P .. ':leases', '-inf', now)) do
    redis.call('ZADD', P .. ':leases', now + ARGV[4], node)
  end
end
local changes = {}
local budget = tonumber(ARGV[5])
for _, node in ipairs(redis.call('ZRANGEBYSCORE', P .. ':leases', '-inf', now)) do
  if budget > 0 then budget = budget - removeViews(changes, node, budget) end
  if budget > 0 then redis.call('ZREM', P .. ':leases', node) end
end
for _, node in ipairs(redis.call('ZRANGE', P .. ':leases', 0, -1)) do
  for _, place in ipairs(redis.call('ZRANGEBYSCORE', P .. ':held:' .. node, '-inf', now, 'LIMIT', 0, budget)) do
    local room, user = split(place)
    apply(changes, node, room, user, nil, 'offline', 0, false)
    budget = budget - 1
  end
end
local lease = redis.call('ZSCORE', P .. ':leases', ARGV[3])
local isNew = not lease or tonumber(lease) <= now
if not isNew or budget > 0 then redis.call('ZADD', P .. ':leases', now + ARGV[4], ARGV[3]) end
local first = redis.call('ZRANGE', P .. ':held:' .. ARGV[3], 0, 0, 'WITHSCORES')
return { isNew and 1 or 0, changes, first[2] and first[2] - now or -1, budget <= 0 and 1 or 0 }
`;

/** ARGV: prefix, clock, node, maximum views to remove. Returns `{changes, hasMore}`. */
export const removeNodeScript = `${common}
redis.call('ZREM', P .. ':leases', ARGV[3])
local changes = {}
local removed = removeViews(changes, ARGV[3], ARGV[4])
return { changes, removed >= tonumber(ARGV[4]) and 1 or 0 }
`;

/** ARGV: prefix, clock, room, maximum users. Returns `{version, total, [user, status, user, status, …], epoch}`. */
export const listScript = `#!lua flags=no-writes
local P = ARGV[1]
local present = P .. ':present:' .. ARGV[3]
local version = redis.call('HGET', P .. ':versions', ARGV[3]) or redis.call('GET', P .. ':highest') or '0'
return { tonumber(version), redis.call('HLEN', present), redis.call('HRANDFIELD', present, ARGV[4], 'WITHVALUES'),
  redis.call('GET', P .. ':epoch') or '' }
`;
