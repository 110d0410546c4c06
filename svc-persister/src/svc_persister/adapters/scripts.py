"""The Lua of the windows. Each script runs atomically; state Redis is a single instance, never a cluster.

Keys: `part:<p>` hash {run, epoch, flushed, position}; `win:<stream>` list; `head:<stream>` string. The keys
of the streams are made inside the scripts, which only a single instance allows.
"""

_PUT = """
local function put(stream, n, payload, silent, rewriting)
  local epoch, seq, at = string.match(payload, '^%a (%d+) (%d+)\\n()')
  local win, key = 'win:' .. stream, 'head:' .. stream
  local head = redis.call('GET', key)
  local known = false
  if head then
    local e, s = string.match(head, '^(%d+):(%d+):')
    if e == epoch then
      local has, wants = tonumber(s), tonumber(seq)
      if wants <= has then
        if not silent then redis.call('PUBLISH', 's:' .. stream, payload) end
        return true
      end
      known = wants == has + 1
      if not known and not rewriting then return false end
    elseif tonumber(e) > tonumber(epoch) then
      return false
    end
  end
  if known then redis.call('PERSIST', win) else redis.call('DEL', win) end
  redis.call('RPUSH', win, string.sub(payload, at))
  redis.call('SET', key, epoch .. ':' .. seq .. ':' .. n)
  if not silent then redis.call('PUBLISH', 's:' .. stream, payload) end
  return true
end
"""

APPEND = (
    _PUT
    + """
local m = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'position')
if m[2] and tonumber(m[2]) > tonumber(ARGV[2]) then return 'fenced' end
if m[1] ~= ARGV[1] or m[2] ~= ARGV[2] or m[3] ~= ARGV[3] then return 'unknown' end
for i = 5, #ARGV, 4 do
  if not put(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] == '1', false) then return 'unknown' end
end
if ARGV[3] ~= ARGV[4] then redis.call('HSET', KEYS[1], 'position', ARGV[4]) end
return 'ok'
"""
)
"""KEYS: marker. ARGV: run, epoch, position before, position after, then (stream, n, payload, silent)*."""

BEGIN = """
local m = redis.call('HMGET', KEYS[1], 'epoch', 'flushed')
if not m[1] then return '' end
if tonumber(m[1]) > tonumber(ARGV[2]) then return 'fenced' end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'epoch', ARGV[2], 'position', '')
return m[2] or ''
"""
"""KEYS: marker. ARGV: run, epoch. Answers the flushed offset, '' without a marker."""

REWRITE = (
    _PUT
    + """
local m = redis.call('HMGET', KEYS[1], 'epoch')
if m[1] and tonumber(m[1]) > tonumber(ARGV[1]) then return 'fenced' end
for i = 2, #ARGV, 4 do
  put(ARGV[i], ARGV[i + 1], ARGV[i + 2], false, true)
end
return 'ok'
"""
)
"""KEYS: marker. ARGV: epoch, then (stream, n, payload, '')*."""

FORWARD = """
local m = redis.call('HMGET', KEYS[1], 'epoch')
if m[1] and tonumber(m[1]) > tonumber(ARGV[1]) then return 'fenced' end
for i = 2, #ARGV, 5 do
  local stream, epoch, seq = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local head = redis.call('GET', 'head:' .. stream)
  local behind = false
  if head then
    local e, s = string.match(head, '^(%d+):(%d+):')
    behind = tonumber(e) < tonumber(epoch) or (e == epoch and tonumber(s) < tonumber(seq))
  end
  if behind then
    redis.call('DEL', 'win:' .. stream)
    redis.call('SET', 'head:' .. stream, epoch .. ':' .. seq .. ':' .. ARGV[i + 3], 'EX', 3600)
  end
  if behind or not head then redis.call('PUBLISH', 's:' .. stream, ARGV[i + 4]) end
end
return 'ok'
"""
"""KEYS: marker. ARGV: epoch, then (stream, log epoch, seq, n, payload)*: heads that Postgres has passed."""

FINISH = """
local m = redis.call('HMGET', KEYS[1], 'epoch')
if m[1] and tonumber(m[1]) > tonumber(ARGV[2]) then return 'fenced' end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'epoch', ARGV[2], 'flushed', ARGV[3], 'position', ARGV[4])
return 'ok'
"""
"""KEYS: marker. ARGV: run, epoch, flushed, position."""

TRIM = """
local m = redis.call('HMGET', KEYS[1], 'run', 'epoch')
if m[2] and tonumber(m[2]) > tonumber(ARGV[2]) then return 'fenced' end
if m[1] ~= ARGV[1] or m[2] ~= ARGV[2] then return 'unknown' end
local keep, ttl = tonumber(ARGV[4]), tonumber(ARGV[5])
for i = 6, #ARGV, 2 do
  local win, key, seq = 'win:' .. ARGV[i], 'head:' .. ARGV[i], tonumber(ARGV[i + 1])
  local head = redis.call('GET', key)
  if head then
    local s = tonumber(string.match(head, '^%d+:(%d+):'))
    local len = redis.call('LLEN', win)
    local drop = math.min(seq - (s - len), len - keep)
    if drop > 0 then redis.call('LTRIM', win, drop, -1) end
    if s <= seq then
      redis.call('EXPIRE', win, ttl)
      redis.call('EXPIRE', key, ttl)
    end
  end
end
redis.call('HSET', KEYS[1], 'flushed', ARGV[3])
return 'ok'
"""
"""KEYS: marker. ARGV: run, epoch, flushed, keep, ttl, then (stream, seq)*: what Postgres has."""
