-- Opens an example and looks at what Neovim makes of it. Run by `editors/neovim/test/run`.

local failed = 0
local function expect(what, found, wanted)
  if found ~= wanted then
    failed = failed + 1
    io.stderr:write(("%s: found %s, wanted %s\n"):format(what, vim.inspect(found), vim.inspect(wanted)))
  end
end

vim.cmd("edit " .. vim.env.NETPOL_PROJECT .. "/tenants/boutique/online-boutique.netpol")
expect("file type", vim.bo.filetype, "netpol")
expect("comments", vim.bo.commentstring, "# %s")
expect("indentation", vim.bo.shiftwidth, 2)
local buffer = vim.api.nvim_get_current_buf()
expect("tree-sitter highlights the buffer", vim.treesitter.highlighter.active[buffer] ~= nil, true)

-- The tree.
local root = vim.treesitter.get_parser(buffer, "netpol"):parse()[1]:root()
expect("root", root:type(), "source_file")
expect("errors in the tree", root:has_error(), false)

-- What is on the screen: two words of a kind look alike, words of two kinds do not.
vim.cmd("normal! gg")
vim.cmd("redraw!")
local lines = vim.api.nvim_buf_get_lines(buffer, 0, vim.o.lines - 2, false)
local function look(pattern, nth)
  for row, text in ipairs(lines) do
    local column = text:find(pattern)
    if column then
      nth = (nth or 1) - 1
      if nth == 0 then
        return vim.fn.screenattr(row, column)
      end
    end
  end
  error("the example has no " .. pattern)
end
local use, namespace, comment, name = look("use std/"), look("namespace "), look("# "), look("frontend")
expect("a keyword is not plain", use ~= name, true)
expect("a comment is not plain", comment ~= name, true)
expect("a comment is no keyword", comment ~= namespace, true)
vim.treesitter.highlighter.active[buffer]:destroy()
vim.cmd("redraw!")
expect("without tree-sitter all is plain", look("use std/"), look("frontend"))

-- Every query of the runtime path compiles.
local get = vim.treesitter.query and vim.treesitter.query.get or vim.treesitter.get_query
local queries = 0
for _, kind in ipairs({ "highlights", "locals", "injections", "folds", "indents" }) do
  if get("netpol", kind) then
    queries = queries + 1
  end
end
expect("queries", queries, 5)

-- The server tells what is wrong, and that it is mended.
local served = "not tried"
if vim.env.NETPOL ~= "" then
  local function told(wanted)
    return vim.wait(60000, function()
      local found = vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
      return (#found > 0) == wanted
    end, 50)
  end
  local line = vim.fn.search("^loadgenerator -> ")
  local text = vim.fn.getline(line)
  vim.fn.setline(line, (text:gsub("^loadgenerator", "nobody")))
  expect("the server tells of a name that nobody has", told(true), true)
  local first = vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })[1] or {}
  expect("where", first.lnum, line - 1)
  vim.fn.setline(line, text)
  expect("the server takes it back", told(false), true)
  vim.cmd("edit!")
  served = "tried"
end

-- Indentation gives back what the formatter writes.
local rows = 0
for path in vim.env.NETPOL_PROGRAMS:gmatch("[^\n]+") do
  vim.cmd("edit " .. path)
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd("silent normal! gg=G")
  for row, text in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    rows = rows + 1
    expect(path .. ":" .. row, text, before[row])
  end
  vim.cmd("edit!")
end

local version = vim.version()
print(("Neovim %d.%d.%d: %d queries, %d lines indented, server %s, %d faults\n"):format(version.major, version.minor, version.patch, queries, rows, served, failed))
vim.cmd(failed == 0 and "quitall!" or "cquit!")
