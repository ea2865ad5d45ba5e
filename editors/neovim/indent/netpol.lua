-- One step for each block and list, one more for a clause; what follows an open bracket on its line stays where it is.

if vim.b.did_indent then
  return
end
vim.b.did_indent = 1
vim.bo.indentexpr = "v:lua.netpol_indent(v:lnum)"
vim.bo.indentkeys = "0},0],0),o,O,!^F,=because,=ticket,=owner,=until,=reviewed,=log,=alert,=only"
vim.b.undo_indent = "setl inde< indk<"

local CLAUSES = {}
-- The last four go on a workload that is too long for one line.
for _, word in ipairs({
  "because", "ticket", "owner", "until", "reviewed", "log", "alert", "only", "in", "ports", "account", "host-network",
}) do
  CLAUSES[word] = true
end

-- A line without strings and comments.
local function code(line)
  return (vim.fn.getline(line):gsub('"[^"]*"', '""'):gsub("#.*$", ""))
end

local function starts_clause(text)
  return CLAUSES[text:match("^%s*([%a-]+)")] == true
end

-- How many lists a line leaves open; below zero where it closes what others opened.
local function left_open(text)
  local _, open = text:gsub("[%[%(]", "")
  local _, close = text:gsub("[%]%)]", "")
  return open - close
end

function _G.netpol_indent(line)
  local before = vim.fn.prevnonblank(line - 1)
  if before == 0 then
    return 0
  end
  local last, this = code(before), code(line)
  if left_open(last) > 0 and not last:find("[%[%(]%s*$") then
    return -1
  end
  -- The line that opened what the last one closes.
  local depth = left_open(last)
  while depth < 0 and before > 1 and not last:find("^%s*[%]%)]") do
    before = before - 1
    depth = depth + left_open(code(before))
  end
  local step = vim.fn.shiftwidth()
  local indent = vim.fn.indent(before)
  -- After clauses, a statement stands where the one does that they belong to.
  if starts_clause(last) and not starts_clause(this) and not last:find("[%[%(]%s*$") then
    indent = indent - step
  end
  if last:find("[%[{%(]%s*$") then
    indent = indent + step
  elseif starts_clause(this) and not starts_clause(last) then
    indent = indent + step
  end
  if this:find("^%s*[%]}%)]") then
    indent = indent - step
  end
  return math.max(indent, 0)
end
