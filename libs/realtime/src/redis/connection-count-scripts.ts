/**
 * The Lua scripts of the connection counts. Each runs atomically in Redis. Each key is the hash of one user: from node to its last
 * report, `<connections> <sequence>`. The sequence grows with each report of a node, because a command that is sent again, after a
 * redirection in a Redis Cluster or because Redis did not know the script, may arrive after a later one.
 */

/**
 * KEYS: the user. ARGV: node, sequence, connections on this node, limit, lifetime of the key in ms, nodes that are down.
 * Returns `{accepted, other nodes with connections}`.
 */
export const reserveScript = `#!lua flags=allow-oom
for index = 6, #ARGV do redis.call('HDEL', KEYS[1], ARGV[index]) end
local own = tonumber(ARGV[3])
local isLatest = true
local total = 0
local nodes = {}
local fields = redis.call('HGETALL', KEYS[1])
for index = 1, #fields, 2 do
  local count, sequence = string.match(fields[index + 1], '^(%d+) (%d+)$')
  if fields[index] ~= ARGV[1] then
    total = total + count
    nodes[#nodes + 1] = fields[index]
  elseif tonumber(sequence) > tonumber(ARGV[2]) then
    own = tonumber(count)
    isLatest = false
  end
end
if total + own > tonumber(ARGV[4]) then return { 0, nodes } end
if isLatest then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return { 1, nodes }
`;

/** KEYS: users. ARGV: node, sequence, lifetime of the keys in ms, then the connections on this node of each user. */
export const setScript = `#!lua flags=allow-oom
local sequence = tonumber(ARGV[2])
for index, key in ipairs(KEYS) do
  local own = ARGV[index + 3]
  local report = redis.call('HGET', key, ARGV[1])
  if not report or tonumber(string.match(report, ' (%d+)$')) <= sequence then
    if own ~= '0' then
      redis.call('HSET', key, ARGV[1], own .. ' ' .. ARGV[2])
      redis.call('PEXPIRE', key, ARGV[3])
    elseif report then
      redis.call('HDEL', key, ARGV[1])
    end
  end
end
`;
